# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from pathlib import Path
from typing import Any
from uniaudio_nb.shards.files import ShardFile
from uniaudio_nb.tasks.sequence import Vocabulary
import functools
import numpy as np

class _Mapped:
    most: int
    reads: int
    files: Any
    touched: Any
    lock: Any

    def __init__(self, most: int = 512, reads: int = 50): ...
    def __call__(self, path: str, stamp: int) -> ShardFile: ...

_mapped: Any

def _find_files(folder): ...
def _checked_index(folder, indexes, fingerprint, partial): ...

class Shard:
    folder: Any
    index: Any
    task: Any
    K: Any
    fingerprint: dict | None
    files: Any
    starts: Any
    lengths: Any

    def __init__(self, folder: str | Path, fingerprint: dict | None = None, partial: bool = False): ...
    @functools.cached_property
    def examples(self) -> np.ndarray: ...
    def __len__(self): ...
    def __reduce__(self): ...
    def example(self, i: int) -> tuple: ...

def draw(
    shard: Shard,
    i: int,
    vocabulary: Vocabulary,
    rng: np.random.Generator | None = None,
    drop_conditions: float = 0.0,
    swap_with: int | None = None,
    frame_rate: float = 50.0,
): ...
