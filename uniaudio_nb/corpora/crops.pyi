# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from typing import Any
from uniaudio_nb.corpora.recording import Recording
import torch

def bring_to_level(waveform: torch.Tensor, sample_rate: int, level: float) -> torch.Tensor: ...

class AudioCache:
    sample_rate: int
    max_bytes: int
    long: float
    level: float | None
    used: Any
    kept: Any

    def __init__(
        self, sample_rate: int = 16000, max_bytes: int = ..., long: float = 120.0, level: float | None = None
    ): ...
    def _decode(self, recording, start=0.0, seconds=None): ...
    def get(self, recording: Recording, start: float = 0.0, seconds: float | None = None) -> torch.Tensor: ...

def _draws(seed, step, n): ...
def _edges(kinds, durations, cap, kind_weights): ...
def _check_sampler(recordings, seconds, batch_size): ...

class CropSampler:
    recordings: list[Recording]
    seconds: float
    batch_size: int
    seed: int
    durations: Any
    cache: Any
    length: Any
    edges: Any

    def __init__(
        self,
        recordings: list[Recording],
        sample_rate: int = 16000,
        seconds: float = 1.0,
        batch_size: int = 8,
        seed: int = 0,
        kind_weights: dict | None = None,
        cache_bytes: int = ...,
        cap: float = 30.0,
    ): ...
    def __call__(self, step: int) -> torch.Tensor: ...
    def _crop(self, which, where): ...
