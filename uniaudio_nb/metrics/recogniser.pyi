# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Sequence
from pathlib import Path
from torch import nn
from typing import Any
from uniaudio_nb.corpora.recording import Recording
import torch

class Recogniser(nn.Module):
    classes: Any
    width: int
    window: Any
    log_mel: Any
    stages: Any
    out: Any

    def __init__(self, classes: Sequence[str], width: int = 96): ...
    def forward(self, mel: torch.Tensor) -> torch.Tensor: ...
    def mel(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def features(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def predict(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def embed(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def accuracy(self, recordings: Sequence[Recording], of: str = "label") -> float: ...
    def save(self, folder: str | Path) -> None: ...
    @classmethod
    def load(cls, folder: str | Path) -> Recogniser: ...

_RATE: Any

def _class_of(recording, of): ...

class _TrainingWindows:
    length: Any
    generator: Any
    tilt: Any
    members: Any

    def __init__(self, mels, names, length, seed): ...
    def disturb(self, window, band, level, slope): ...
    def batch(self, size: int) -> tuple[torch.Tensor, torch.Tensor]: ...

def _fit(model, training, steps, minutes): ...
def train_recogniser(
    recordings: Sequence[Recording],
    of: str = "label",
    folder: str | Path | None = None,
    steps: int = 300,
    minutes: float | None = None,
    seed: int = 0,
    device: str = "cpu",
    speeds: Sequence[float] = ...,
) -> Recogniser: ...
