# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from pathlib import Path
from torch import nn
from typing import Any
from uniaudio_nb.conditions.captions import CaptionConfig
from uniaudio_nb.corpora.recording import Recording
import torch

def caption_of(recording: Recording) -> str: ...
def class_of(recording: Recording) -> str: ...
def picture_of(mel: torch.Tensor) -> torch.Tensor: ...

class CaptionMatcher(nn.Module):
    text: Any
    width: int
    log_mel: Any
    audio: Any
    out: Any
    log_scale: Any

    def __init__(self, config: CaptionConfig = ..., width: int = 96): ...
    def embed_picture(self, picture: torch.Tensor) -> torch.Tensor: ...
    def embed_audio(self, waveform: torch.Tensor) -> torch.Tensor: ...
    def scores(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor: ...
    def forward(self, waveform: torch.Tensor, texts: list[str]) -> torch.Tensor: ...
    def save_pretrained(self, folder: str | Path, half: bool = False) -> Path: ...
    @classmethod
    def from_pretrained(cls, folder: str | Path | None = None) -> CaptionMatcher: ...

def match_targets(captions: list[str], classes: list[str], share: float = 0.3) -> torch.Tensor: ...
def matching_loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor: ...

class CaptionSampler:
    length: Any
    batch_size: int
    seed: int
    room: int
    log_mel: Any
    kept: Any
    classes: Any
    weights: Any

    def __init__(
        self,
        recordings: list[Recording],
        seconds: float = 2.0,
        batch_size: int = 32,
        seed: int = 0,
        max_bytes: int = ...,
    ): ...
    def mel(self, recording: Recording) -> torch.Tensor: ...
    def __call__(self, step: int) -> tuple[torch.Tensor, list[str], list[str], list[str]]: ...

def wear(picture: torch.Tensor) -> torch.Tensor: ...
def train_matcher(
    recordings: list[Recording],
    folder: str | Path,
    minutes: float | None = 0.7,
    seed: int = 0,
    device: str = "cpu",
    steps: int | None = None,
    config: CaptionConfig | None = None,
) -> CaptionMatcher: ...
