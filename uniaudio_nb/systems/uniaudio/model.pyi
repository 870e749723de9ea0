# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import NamedTuple
from uniaudio_nb.core.clock import Clock
from uniaudio_nb.lm import MultiScaleTransformer
from uniaudio_nb.lm.sampling import GenerationConfig
from uniaudio_nb.systems.base import Generation
from uniaudio_nb.systems.base import Generator
from uniaudio_nb.systems.base import Prepared
from uniaudio_nb.tasks.sequence import Packed
from uniaudio_nb.tasks.task import Task
from uniaudio_nb.tasks.tokenizers import Tokenizers
import torch

CONTEXT_FRAMES: int

class UniAudio(Generator):
    context_frames: Any
    model: Any
    tokenizers: Tokenizers
    tasks: Any
    info: Any
    settings: Any

    def __init__(
        self, model: MultiScaleTransformer, tokenizers: Tokenizers, tasks: tuple = ..., info: dict | None = None
    ): ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def device(self) -> torch.device: ...
    def _level_sounds(self, task, given): ...
    def _limits_of(self, task, segments, prefix, config): ...
    def _kept_ids(self, task, given): ...
    def prefix(self, name: str, given: dict, config: GenerationConfig) -> tuple: ...
    def prepare(self, request: dict, config: GenerationConfig) -> Prepared: ...
    def draw(self, prepared: list, seeds: list, config: GenerationConfig, progress=None) -> list: ...
    def finish(self, prepared: Prepared, candidate) -> Generation: ...
    def draw_frames(self, prepared: Prepared, seed: int | None, config: GenerationConfig) -> Iterator: ...
    def decode_frames(self, frames: list) -> torch.Tensor: ...
    @property
    def packed(self) -> bool: ...
    def _write_card(self, folder): ...
    def save_pretrained(self, folder: str | Path, compact: bool = False) -> Path: ...
    def to(self, device: str) -> UniAudio: ...
    @classmethod
    def from_pretrained(
        cls, name_or_folder: str | Path | None = None, device: str | None = None, precision: str = "float32"
    ) -> UniAudio: ...
    @property
    def label(self) -> str: ...

class _Limits(NamedTuple):
    least: int
    most: int

class _Prefix(NamedTuple):
    task: Task
    conditional: Packed
    unconditional: Packed
    limits: _Limits
    kept: torch.Tensor | None

SHIPPED: tuple
CARD: str

def _read_config(folder, config): ...
def _load_tokenizers(folder, config): ...
