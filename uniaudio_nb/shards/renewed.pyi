# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any
from uniaudio_nb.tasks.sequence import Vocabulary

class RenewedShards:
    make: Callable
    folder: Any
    executor: Executor | None
    keep: int
    coming: Any

    def __init__(self, make: Callable, folder: str | Path, executor: Executor | None = None, keep: int = 8): ...
    def __call__(self, number: int) -> list: ...
    def place(self, number: int) -> Path: ...
    def order(self, number: int): ...
    def remove_before(self, oldest: int): ...
    def close(self): ...

class RenewedBatches:
    sets: RenewedShards
    steps: int
    tasks: Any
    options: Any
    number: Any
    batches: Any

    def __init__(
        self,
        sets: RenewedShards,
        steps: int,
        tasks: list,
        vocabulary: Vocabulary,
        frames_per_batch: int = 4000,
        alpha: float = 0.5,
        weights: dict | None = None,
        drop_conditions: float = 0.1,
        seed: int = 0,
        collate: Callable = ...,
    ): ...
    def __call__(self, step: int): ...
    def shards(self, number: int) -> list: ...
