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
    def mel(self, waveform: torch.Tensor, sample_rate: int = 16000) -> torch.Tensor: ...
    def features(self, waveform: torch.Tensor, sample_rate: int = 16000) -> torch.Tensor: ...
    def predict(self, waveform: torch.Tensor, sample_rate: int = 16000) -> torch.Tensor: ...
    def embed(self, waveform: torch.Tensor, sample_rate: int = 16000) -> torch.Tensor: ...
    def accuracy(self, recordings: Sequence[Recording], of: str = "label") -> float: ...
    def save(self, folder: str | Path) -> None: ...
    @classmethod
    def load(cls, folder: str | Path) -> Recogniser: ...

def _class_of(recording, of): ...
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
