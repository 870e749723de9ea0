# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple
from uniaudio_nb.corpora.crops import AudioCache
from uniaudio_nb.corpora.recording import Recording
from uniaudio_nb.engine.loop import LoopConfig
from uniaudio_nb.engine.pretrained import Pretrained
import torch

def occupancy(
    scores: torch.Tensor, targets: torch.Tensor, n_frames: torch.Tensor, n_targets: torch.Tensor
) -> torch.Tensor: ...

_RATE: Any
_HOP: int
_FRAME_RATE: Any

def _inside(features, n_frames): ...

class Aligner(Pretrained):
    kind: str
    config: Any
    mel: Any
    first: Any
    norms: Any
    convolutions: Any
    head: Any

    def __init__(self, width: int = 96, n_mels: int = 40, dilations: Sequence[int] = ...): ...
    def forward(self, features: torch.Tensor, n_frames: torch.Tensor | None = None) -> torch.Tensor: ...
    def features(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def align(
        self,
        waveform: torch.Tensor,
        phonemes: Sequence[str],
        sample_rate: int = ...,
        pause: float = 0.06,
        penalty: float = 5.0,
    ) -> list[tuple]: ...
    def description(self) -> dict: ...
    def fingerprint(self) -> str: ...

def target_phonemes(phonemes: Sequence[str]) -> list[str]: ...
def is_loud(features: torch.Tensor, share: float = 0.3) -> torch.Tensor: ...
def flat_start(features: torch.Tensor, phonemes: Sequence[str]) -> torch.Tensor: ...

class _Utterance(NamedTuple):
    features: torch.Tensor
    labels: torch.Tensor
    flat: torch.Tensor

def _utterance(aligner, number, waveform, phonemes): ...
def _group_by_length(utterances, frames_per_batch): ...
def _collate(group): ...
def _cross_entropy(aligner, batch, alpha, is_flat): ...
def train_aligner(
    examples: Sequence[tuple],
    folder,
    loop: LoopConfig,
    *,
    width: int = 96,
    frames_per_batch: int = 2400,
    alpha: float = 0.3,
    flat_steps: int = 50,
    description: str = "",
) -> tuple["Aligner", list[dict]]: ...
def _path_to_spans(path, pause): ...
def _pronounce_recording(recording, longest): ...
def aligner_examples(
    recordings: Sequence[Recording], cache: AudioCache, minutes: float = 60.0, longest: float = 16.0
) -> tuple[list, list]: ...
