# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import NamedTuple
from uniaudio_nb.core.clock import Clock
from uniaudio_nb.lm.sampling import GenerationConfig
import torch

LEVEL: Any
SILENT: Any

@dataclass(frozen=True, eq=False)
class Generation:
    waveform: torch.Tensor
    sample_rate: int
    codes: torch.Tensor
    request: dict | None = ...
    log_likelihood: float | None = ...
    score: float | None = ...

    @property
    def seconds(self) -> float: ...
    @property
    def level(self) -> float: ...
    def save(self, path): ...
    def listen(self, title=None): ...

@dataclass(frozen=True, eq=False)
class Prepared:
    request: dict
    inputs: Any
    target_type: str = ...

class Generator:
    sample_rate: int
    tasks: tuple = ...
    tokenizers: object = ...
    settings: Any

    def prepare(self, request: dict, config: GenerationConfig) -> Prepared: ...
    def draw(self, prepared: list, seeds: list, config: GenerationConfig, progress=None) -> list: ...
    def finish(self, prepared: Prepared, drawn) -> Generation: ...
    def _try(self, rows, number, config, progress): ...
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
        **given,
    ) -> Generation: ...
    @property
    def clock(self) -> Clock: ...
    def draw_frames(self, prepared: Prepared, seed: int | None, config: GenerationConfig) -> Iterator: ...
    def decode_frames(self, frames: list) -> torch.Tensor: ...
    def _chunks(self, frames, chunk_seconds): ...
    def stream(
        self,
        task: str,
        *,
        config: GenerationConfig | None = None,
        seed: int | None = None,
        chunk_seconds: float = 0.5,
        **conditions,
    ) -> Iterator: ...
    @classmethod
    def from_pretrained(
        cls, name_or_folder: str | Path | None = None, device: str | None = None, precision: str = "float32"
    ) -> Generator: ...
    @property
    def label(self) -> str: ...

class _Row(NamedTuple):
    prepared: Prepared
    seeds: list

def _seeds_of(n, seed, seeds): ...
def _rows_of(prepared, seeds, n_samples, tries): ...
def _unheard(found, n_samples): ...
def _ranked(found, n_samples, scorer): ...

_SETTINGS: set
_FRAME_SECONDS: float
SYSTEMS: dict

def register_system(name: str, system: type): ...
def find_system(name: str) -> type: ...
