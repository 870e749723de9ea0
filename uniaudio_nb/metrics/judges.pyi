# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Sequence
from pathlib import Path
from torch import nn
from typing import Any
from uniaudio_nb.engine.pretrained import Pretrained
import torch

_CLOCK: Any
_RATE: Any
_HOP: Any

def frame_energies(waveform: torch.Tensor) -> torch.Tensor: ...
def trim_silence(waveform: torch.Tensor, below: float = 40.0) -> torch.Tensor: ...
def cut_windows(waveform: torch.Tensor, length: int, hop: int) -> torch.Tensor: ...
def sound_level(windows: torch.Tensor) -> torch.Tensor: ...
def power_spectrum(windows: torch.Tensor) -> torch.Tensor: ...

class Cepstra(nn.Module):
    n_features: int

    def __init__(self): ...
    def forward(self, windows: torch.Tensor) -> torch.Tensor: ...

class CubeRootSpectrum(nn.Module):
    n_features: int

    def forward(self, windows: torch.Tensor) -> torch.Tensor: ...

class RecurrentBody(nn.Module):
    norm: Any
    gru: Any
    attention: Any
    out: Any

    def __init__(self, n_features: int, n_out: int, width: int = 64): ...
    def forward(self, features: torch.Tensor) -> torch.Tensor: ...

class ConvolutionalBody(nn.Module):
    norm: Any
    stages: Any
    out: Any

    def __init__(self, n_features: int, n_out: int, widths: Sequence[int] = ...): ...
    def forward(self, features: torch.Tensor) -> torch.Tensor: ...

FAMILIES: dict

def _check_judge(classes, family, seconds): ...

class Judge(Pretrained):
    kind: str
    classes: Any
    family: str
    seconds: float
    several: bool
    features: Any
    body: Any
    out: Any

    def __init__(
        self, classes: Sequence[str], family: str = "cepstra", seconds: float = 1.0, several: bool = False
    ): ...
    def forward(self, windows: torch.Tensor) -> torch.Tensor: ...
    def windows(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def probabilities(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def hear(self, waveform: torch.Tensor, sample_rate: int = ...) -> str: ...
    def embed(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def description(self) -> dict: ...

def disturb(windows: torch.Tensor, generator: torch.Generator) -> torch.Tensor: ...
def _window_starts(sound, length): ...

class TrainingSounds:
    length: int
    generator: Any
    classes: Any
    members: Any

    def __init__(self, waveforms: Sequence[torch.Tensor], names: Sequence[str], length: int, seed: int = 0): ...
    def _draw(self, n): ...
    def window(self, name: str) -> torch.Tensor: ...
    def batch(self, size: int, several: bool) -> tuple[torch.Tensor, torch.Tensor]: ...

def _one_cycle(progress, steps): ...
def train_judge(
    waveforms: Sequence[torch.Tensor],
    names: Sequence[str],
    family: str,
    *,
    seconds: float,
    several: bool = False,
    steps: int,
    seed: int = 0,
    device: str = "cpu",
) -> Judge: ...
def load_judges(folder: str | Path | None = None) -> dict[str, list[Judge]]: ...
def bootstrap(
    values: Sequence[float], groups: Sequence | None = None, level: float = 0.95, draws: int = 2000, seed: int = 0
) -> tuple[float, float, float]: ...
