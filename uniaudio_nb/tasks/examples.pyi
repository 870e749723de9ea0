# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from uniaudio_nb.tasks.pool import Pool
import torch

@dataclass(frozen=True)
class TaskExample:
    task: str
    conditions: dict
    target: torch.Tensor
    source: str
    drawn: dict = ...

SIMULATORS: dict
NEEDS: dict

def simulates(task: str, kinds: Sequence[str] = ..., unfit: Callable = ...) -> Callable: ...
def _sources(recordings): ...
def _of_no_use(pool, r): ...

class Examples(Sequence):
    pool: Pool
    task: str
    indices: range
    seed: int

    def __init__(self, pool: Pool, task: str, indices: range, seed: int = 0): ...
    def __len__(self): ...
    def __getitem__(self, i): ...
    def __iter__(self) -> Iterator[TaskExample]: ...
    @property
    def left_out(self) -> list[dict]: ...
    @property
    def reasons(self) -> Counter: ...
