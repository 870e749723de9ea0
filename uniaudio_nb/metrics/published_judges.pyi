# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Sequence
from pathlib import Path
from typing import Any
import torch

_RATE: Any

def _samples(waveform, sample_rate, wanted, least): ...
def _transformers(): ...

class _PublishedJudge:
    _model_class: str
    _processor_class: str
    _least: float
    model: Any
    processor: Any
    extractor: Any

    def __init__(self, name_or_folder: str | Path, device: str = "cpu"): ...
    def _samples(self, waveform, sample_rate): ...
    def _inputs(self, samples): ...

class Wav2Vec2Judge(_PublishedJudge):
    _model_class: str

    @torch.no_grad()
    def transcribe(self, waveform: torch.Tensor, sample_rate: int = ...) -> str: ...

class WhisperJudge(_PublishedJudge):
    _model_class: str
    options: Any

    def __init__(self, name_or_folder: str | Path, language: str | None = "en", device: str = "cpu"): ...
    def _transcribe_segment(self, samples): ...
    def transcribe(self, waveform: torch.Tensor, sample_rate: int = ...) -> str: ...

class SpeakerVerifier(_PublishedJudge):
    _model_class: str
    _processor_class: str
    _least: float

    @torch.no_grad()
    def embed(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def similarity(self, a: torch.Tensor, b: torch.Tensor, sample_rate: int = ...) -> float: ...

def _unit(features): ...

class ClapJudge(_PublishedJudge):
    _model_class: str

    @torch.no_grad()
    def embed(self, waveform: torch.Tensor, sample_rate: int = ...) -> torch.Tensor: ...
    def embed_texts(self, texts: Sequence[str]) -> torch.Tensor: ...
    def similarity(self, waveform: torch.Tensor, texts: Sequence[str], sample_rate: int = ...) -> torch.Tensor: ...
