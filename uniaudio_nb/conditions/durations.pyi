# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Sequence
from typing import Any
from uniaudio_nb.engine.loop import LoopConfig
from uniaudio_nb.engine.pretrained import Pretrained
import torch

def measure_durations(phonemes: Sequence[str], rows: Sequence[tuple]) -> torch.Tensor: ...

class AverageDurations:
    scale: Any
    mean: Any

    def __init__(self, examples: Sequence[tuple], least: int = 5): ...
    def __call__(self, phonemes: Sequence[str]) -> torch.Tensor: ...

_REACH: int

def _split_at(phonemes, marks): ...
def _position_features(groups, n, scale): ...
def duration_features(phonemes: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]: ...

class DurationPredictor(Pretrained):
    kind: str
    config: Any
    embedding: Any
    layers: Any

    def __init__(self, width: int = 64): ...
    def forward(self, ids: torch.Tensor, places: torch.Tensor) -> torch.Tensor: ...
    def durations(self, phonemes: Sequence[str]) -> torch.Tensor: ...
    def description(self) -> dict: ...

def _training_table(examples): ...
def train_durations(
    examples: Sequence[tuple],
    folder,
    loop: LoopConfig,
    *,
    width: int = 64,
    batch_size: int = 512,
    description: str = "",
) -> tuple[DurationPredictor, list[dict]]: ...
def duration_error(durations, examples: Sequence[tuple], given_total: bool = True) -> float: ...
