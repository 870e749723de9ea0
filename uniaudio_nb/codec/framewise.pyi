# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from torch import nn
from typing import Any
import torch

class LappedTransform(nn.Module):
    bands: int

    def __init__(self, bands: int): ...
    def forward(self, waveform): ...
    def inverse(self, bands: torch.Tensor) -> torch.Tensor: ...

class ChannelNorm(nn.Module):
    weight: Any

    def __init__(self, channels: int): ...
    def forward(self, x): ...

class ConvNeXtUnit(nn.Module):
    look: Any
    norm: Any
    widen: Any
    narrow: Any

    def __init__(self, channels: int, kernel_size: int = 7, expand: int = 2): ...
    def forward(self, x): ...

class InverseSTFT(nn.Module):
    hop_length: int
    n_fft: Any
    spectrum: Any

    def __init__(self, channels: int, hop_length: int): ...
    def forward(self, x): ...
    def overlap(self, frames): ...

def linear_path(c_in: int, c_out: int) -> nn.Conv1d: ...
def _quarter_frames(loudness, waveform): ...

class FrameEncoder(nn.Module):
    transform: Any
    linear: Any
    loudness: Any
    model: Any

    def __init__(
        self, bands: int, width: int, n_layers: int, dimension: int, mels: int = 0, sample_rate: int = 16000
    ): ...
    def forward(self, waveform): ...

class FrameDecoder(nn.Module):
    model: Any

    def __init__(self, bands: int, width: int, n_layers: int, dimension: int): ...
    def forward(self, latents): ...
