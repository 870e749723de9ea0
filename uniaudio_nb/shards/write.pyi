# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from dataclasses import dataclass
from pathlib import Path
from uniaudio_nb.corpora.crops import AudioCache
from uniaudio_nb.tasks.pool import Variety
from uniaudio_nb.tasks.tokenizers import Tokenizers

def _known_of(r): ...
def recordings_digest(recordings: list) -> str: ...

@dataclass
class _Job:
    recordings: list
    tokenizers: Tokenizers
    folder: Path
    cache: AudioCache
    seconds: float
    seed: int
    per_file: int
    part: tuple
    max_frames: int
    variety: Variety

    def __post_init__(self): ...
    def pool(self, split): ...
    def plan(self, name: str, split: str, count: int) -> dict: ...
    def write_file(self, path: Path, number: int, name: str, plan: dict) -> dict: ...
    def probe(self, name: str, split: str): ...
    def write_shard(self, name: str, split: str, count: int) -> dict: ...

def _checked_index(path, plan, fingerprint): ...
def _finish(target, indexes): ...
def _check_simulated(name): ...
def prepare_shards(
    recordings: list,
    tokenizers: Tokenizers,
    folder: str | Path,
    tasks: list,
    *,
    counts: dict,
    seconds: float = 2.0,
    seed: int = 0,
    cache: AudioCache | None = None,
    per_file: int = 200,
    part: tuple = ...,
    max_frames: int = 1500,
    variety: Variety = ...,
    lacking: dict | None = None,
) -> dict: ...
