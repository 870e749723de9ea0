# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uniaudio_nb.corpora.crops import AudioCache
from uniaudio_nb.corpora.recording import Recording
import torch

@dataclass(frozen=True, eq=False)
class Case:
    task: str
    row: dict
    requests: tuple
    targets: tuple
    inputs: tuple = ...
    expected: dict = ...

    @property
    def source(self) -> str: ...

def _single_words(recordings): ...

class Material:
    cache: Any
    sample_rate: Any
    recordings: Any
    by_name: Any
    valid: Any
    words: Any
    more_words: Any
    sentences: Any

    def __init__(self, recordings: Sequence[Recording], cache: AudioCache | None = None): ...
    def recording(self, name: str) -> Recording: ...
    def sound(self, name: str, start: float = 0.0, seconds: float | None = None) -> torch.Tensor: ...
    def given(self, waveform: torch.Tensor) -> tuple: ...

CASES: dict

def makes_cases(task: str, draw: Callable) -> Callable: ...
def build_case(task: str, row: dict, material: Material) -> Case: ...
def draw_cases(
    recordings: Sequence[Recording] | Material, tasks: Sequence[str] | None = None, seed: int = 0
) -> tuple: ...
def main_corpus(recordings: Sequence[Recording]) -> list: ...
def count_sources(rows: Sequence[dict], recordings: Sequence[Recording] | Material) -> dict: ...

LISTS: Any

def committed_cases() -> dict: ...
def _names(row): ...
def _rows_for(task, material, seed): ...
def choose_cases(
    recordings: Sequence[Recording] | Material,
    tasks: Sequence[str] | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> tuple: ...
