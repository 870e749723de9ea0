# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from dataclasses import dataclass
from typing import Any
from typing import NamedTuple
import torch

N_SPECIAL: int
_NAMES: Any
SPECIAL: Any

class _SegmentType(NamedTuple):
    stem: str
    block: str | None

SEGMENT_TYPES: dict
MASKED: Any

def _marker(kind, side): ...

UNUSED: str

def _special_tokens(task_tokens, continuous): ...
def _columns(continuous): ...

class Vocabulary:
    n_codebooks: int
    codebook_size: int
    sizes: Any
    task_tokens: Any
    continuous: Any
    columns: Any
    special: Any
    _ids: Any
    blocks: Any
    size: Any

    def __init__(
        self,
        n_codebooks: int = 3,
        codebook_size: int = 1024,
        sizes: dict | None = None,
        task_tokens: tuple = ...,
        continuous: dict | None = None,
    ): ...
    def __len__(self): ...
    def id(self, name: str) -> int: ...
    def name(self, id: int) -> str: ...
    @classmethod
    def official(cls) -> Vocabulary: ...
    def choices(self, target_type: str = "audio") -> torch.Tensor: ...
    @property
    def width(self) -> int: ...
    def to_dict(self) -> dict: ...

def codes_to_ids(codes: torch.Tensor, vocabulary: Vocabulary) -> torch.Tensor: ...
def ids_to_codes(ids: torch.Tensor, vocabulary: Vocabulary) -> torch.Tensor: ...

_PAYLOADS: dict

@dataclass(frozen=True, eq=False)
class Segment:
    type: str
    ids: torch.Tensor | None = ...
    vectors: torch.Tensor | None = ...

    def __post_init__(self): ...
    def __len__(self): ...

class Continuous(NamedTuple):
    mask: torch.Tensor
    vectors: torch.Tensor

@dataclass(frozen=True, eq=False)
class Packed:
    tokens: torch.Tensor
    continuous: Continuous | None
    target_mask: torch.Tensor

    def __len__(self): ...

def _segment_ids(segment, vocabulary): ...

class _Grid:
    vocabulary: Vocabulary
    parts: Any
    vector_spans: Any
    length: Any

    def __init__(self, vocabulary: Vocabulary): ...
    def add_marker(self, name): ...
    def add_ids(self, ids): ...
    def tokens(self): ...
    def add_vectors(self, rows): ...
    def continuous(self) -> Continuous | None: ...
    def add_segment(self, segment: Segment): ...

def _segment_vectors(segment, vocabulary): ...
def pack(
    segments: list, vocabulary: Vocabulary, target=None, *, task: str | None = None, target_type: str = "audio"
) -> Packed: ...
def find_segments(packed: Packed, vocabulary: Vocabulary) -> list: ...
def unpack(packed: Packed, vocabulary: Vocabulary) -> list: ...

@dataclass(frozen=True, eq=False)
class Batch:
    tokens: torch.Tensor
    target_mask: torch.Tensor
    padding_mask: torch.Tensor
    continuous: Continuous | None

    def to(self, device): ...

def collate(packed: list) -> Batch: ...

COLOURS: dict

def show_sequence(packed: Packed, vocabulary: Vocabulary, title: str = "", ax=None): ...
