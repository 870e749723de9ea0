# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Callable
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any
from typing import NamedTuple
from uniaudio_nb.corpora.crops import AudioCache
from uniaudio_nb.tasks.sequence import Segment
from uniaudio_nb.tasks.sequence import Vocabulary
from uniaudio_nb.tasks.tokenizers import Tokenizers
import numpy as np

MAX_PROMPTS: int

class _ExampleRow(NamedTuple):
    first: int
    n_segments: int
    frames: int
    target_frames: int
    number: int

class _Columns:
    types: Any
    integer: Any
    parts: Any
    rows: Any
    known: Any

    def __init__(self, vocabulary: Vocabulary): ...
    def append(self, segment): ...
    def arrays(self): ...
    def add(self, segment: Segment, key: str | None = None) -> tuple: ...

class _Tokenized(NamedTuple):
    place: int
    segment: Segment
    key: str | None

def _tokenized_prompt(prompt, place, tokenizers, cache, prompts): ...
def _with_rate(x, sample_rate): ...
def tokenize_example(example, tokenizers: Tokenizers, cache: AudioCache, prompts: dict | None = None) -> tuple: ...

class _Contents:
    columns: Any
    segments: Any
    examples: Any
    left_out: Any

    def __init__(self, vocabulary: Vocabulary): ...
    def add(self, number, found, frames): ...
    def arrays(self): ...

def _collect(make, numbers, tokenizers, cache, prompts, max_frames): ...
def write_shard_file(
    path: str | Path,
    make: Callable,
    numbers: Iterable,
    tokenizers: Tokenizers,
    *,
    task: str,
    info: dict | None = None,
    max_frames: int = 1500,
    cache: AudioCache | None = None,
    prompts: dict | None = None,
    description: str = "",
) -> dict: ...

_DTYPES: dict

def _view(mapped, entry, start): ...
def _map_file(path): ...

class ShardFile:
    path: Any
    _map: Any
    arrays: Any
    index: Any
    ids: Any
    segments: Any
    examples: Any
    task: Any
    types: Any
    K: Any

    def __init__(self, path: str | Path): ...
    def __len__(self): ...
    def __reduce__(self): ...
    @cached_property
    def lengths(self) -> np.ndarray: ...
    def _segment(self, kind: int, first: int, length: int) -> Segment: ...
    def example(self, i: int) -> tuple: ...
    def forget(self): ...

def sweep(folder: str | Path, part: tuple = ...): ...

_SUMS: tuple

def merge_indexes(indexes: list) -> dict: ...
