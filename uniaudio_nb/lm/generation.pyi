# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uniaudio_nb.lm.multiscale import MultiScaleTransformer
from uniaudio_nb.lm.sampling import GenerationConfig
from uniaudio_nb.tasks.sequence import Vocabulary
import torch

_all_: list

def _pad_left(prefixes, longest, n_codebooks, device) -> tuple: ...
def _slot_ids(vocabulary, target_type, device) -> list: ...

class FrameSampler:
    model: MultiScaleTransformer
    config: GenerationConfig
    K: Any
    end: Any
    ids: Any
    heads: Any
    cache: Any

    def __init__(
        self, model: MultiScaleTransformer, vocabulary: Vocabulary, config: GenerationConfig, target_type: str = "audio"
    ): ...
    def __call__(
        self, state: torch.Tensor, may_end: torch.Tensor, uniform: torch.Tensor, recent: torch.Tensor | None = None
    ) -> tuple: ...
    def _begin(self, state, batch_size) -> tuple: ...
    def _slot_logits(self, k, previous, guidance) -> torch.Tensor: ...
    def _draw_slot(self, frame, k, guidance, may_end, uniform, recent) -> None: ...
    def _without_repetition(self, at, ids, logits, uniform, recent) -> torch.Tensor: ...

@dataclass
class _Frame:
    slots: list
    log_likelihood: torch.Tensor
    n_tokens: torch.Tensor

class Decoding:
    model: MultiScaleTransformer
    place: Any
    state: Any
    cache: Any
    lengths: Any

    def __init__(self, model: MultiScaleTransformer, prefixes: list, max_steps: int): ...
    def step(self, ids: torch.Tensor) -> None: ...
    def keep(self, rows: torch.Tensor) -> None: ...

@dataclass(frozen=True, eq=False)
class Step:
    ids: torch.Tensor
    active: torch.Tensor
    log_likelihood: torch.Tensor
    n_tokens: torch.Tensor

class _Rows:
    decoding: Any
    guided: Any
    requests: Any
    recent: Any

    def __init__(self, decoding, n_requests, n_streams, window): ...
    def advance(self, frame, active): ...
    def keep(self, kept): ...

def _given_ids(given, shape, device) -> torch.Tensor: ...
def _step(drawn, known, requests, active, end) -> tuple: ...
@torch.no_grad()
def decode_steps(
    decoding,
    draw,
    noise: torch.Tensor,
    *,
    min_steps: list,
    max_steps: list,
    given: list | None = None,
    window: int | None = None,
) -> Iterator: ...
def _check_requests(n, config, unconditional, **per_request): ...
def _draw_seeds(n, generator) -> list: ...
@torch.no_grad()
def generate_steps(
    model: MultiScaleTransformer,
    prefixes: list,
    vocabulary: Vocabulary,
    config: GenerationConfig = ...,
    *,
    min_frames: list,
    max_frames: list,
    unconditional: list | None = None,
    target_type: str = "audio",
    given: list | None = None,
    seeds: list | None = None,
    generator: torch.Generator | None = None,
) -> Iterator: ...
def generate_frames(
    model: MultiScaleTransformer, prefixes: list, vocabulary: Vocabulary, config: GenerationConfig = ..., **settings
) -> Iterator: ...

@dataclass(frozen=True, eq=False)
class Candidate:
    ids: torch.Tensor
    log_likelihood: float
    score: float

def generate_candidates(
    model: MultiScaleTransformer,
    prefixes: list,
    vocabulary: Vocabulary,
    config: GenerationConfig = ...,
    *,
    progress=None,
    **settings,
) -> list: ...
def generate(
    model: MultiScaleTransformer, prefixes: list, vocabulary: Vocabulary, config: GenerationConfig = ..., **settings
) -> list: ...
def guide_logits(logits: torch.Tensor, scale: float) -> torch.Tensor: ...
def _repeated(items, n) -> list | None: ...
def _rescored(group, scorer, request) -> list: ...
def generate_ranked(
    model: MultiScaleTransformer,
    prefixes: list,
    vocabulary: Vocabulary,
    config: GenerationConfig = ...,
    *,
    min_frames: list,
    max_frames: list,
    scorer=None,
    unconditional: list | None = None,
    seeds: list | None = None,
    generator: torch.Generator | None = None,
    progress=None,
    target_type: str = "audio",
) -> list: ...
