# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uniaudio_nb.lm import MultiScaleTransformer
from uniaudio_nb.lm.sampling import GenerationConfig
from uniaudio_nb.systems.base import Generation
from uniaudio_nb.tasks.tokenizers import Tokenizers

class UniAudio:
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
    def device(self): ...
    @property
    def packed(self) -> bool: ...
    def to(self, device): ...
    def prefix(self, name: str, given: dict, config: GenerationConfig) -> tuple: ...
    def generate_ranked(
        self,
        requests: list,
        *,
        config: GenerationConfig | None = None,
        scorer=None,
        seed: int | None = None,
        seeds: list | None = None,
        progress=None,
    ) -> list: ...
    def generate_batch(self, requests: list, **settings) -> list: ...
    def generate(
        self,
        task: str,
        *,
        config: GenerationConfig | None = None,
        scorer=None,
        seed: int | None = None,
        progress=None,
        **conditions,
    ) -> Generation: ...
    def _draw(self, rows, attempt, config, progress): ...
    def _finish(self, request, task, candidate): ...
    def stream(
        self,
        task: str,
        *,
        config: GenerationConfig | None = None,
        seed: int | None = None,
        chunk_seconds: float = 0.5,
        **conditions,
    ) -> Iterator: ...
    def save_pretrained(self, folder: str | Path, compact: bool = False) -> Path: ...
    @classmethod
    def from_pretrained(
        cls, name_or_folder: str | Path | None = None, device: str | None = None, precision: str = "float32"
    ) -> UniAudio: ...

CONTEXT_FRAMES: int
SHIPPED: tuple
CARD: str
