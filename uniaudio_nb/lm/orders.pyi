# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from dataclasses import dataclass
from torch import nn
from typing import Any
from uniaudio_nb.lm.sampling import GenerationConfig
import torch

ORDERS: tuple

@dataclass(frozen=True, eq=False)
class Layout:
    order: str
    steps: torch.Tensor
    streams: torch.Tensor
    codebooks: torch.Tensor
    frames: torch.Tensor

    def to_sequence(self, codes: torch.Tensor, empty: int) -> torch.Tensor: ...
    def to_codes(self, sequence: torch.Tensor) -> torch.Tensor: ...
    def visible(self) -> torch.Tensor: ...

def _known(order, orders) -> str: ...
def lay_out(order: str, n_codebooks: int, n_frames: int, device=None) -> Layout: ...

class OrderTransformer(nn.Module):
    order: Any
    max_frames: int
    n_codebooks: int
    codebook_size: int
    embedding: Any
    frame_position: Any
    slot_position: Any
    stack: Any
    norm: Any
    head: Any

    def __init__(
        self, order: str, n_codebooks: int, codebook_size: int, n_layers: int, width: int, n_heads: int, max_frames: int
    ): ...
    def forward(self, codes: torch.Tensor) -> torch.Tensor: ...
    def layout(self, n_frames: int) -> Layout: ...
    def to_ids(self, sequence: torch.Tensor, codebooks: torch.Tensor) -> torch.Tensor: ...
    def positions(self, layout: Layout) -> torch.Tensor: ...
    def generate(
        self,
        prompt: torch.Tensor,
        n_frames: int,
        config: GenerationConfig = ...,
        generator: torch.Generator | None = None,
    ) -> torch.Tensor: ...

def _initialise(model): ...
def _slot_offsets(vocabulary) -> torch.Tensor: ...

class MultiScaleOrder(nn.Module):
    order: Any
    max_frames: int
    n_codebooks: int
    codebook_size: int
    vocabulary: Any
    model: Any

    def __init__(
        self,
        n_codebooks: int,
        codebook_size: int,
        n_layers: int,
        n_local_layers: int,
        width: int,
        n_heads: int,
        max_frames: int,
    ): ...
    def forward(self, codes: torch.Tensor) -> torch.Tensor: ...
    def generate(self, prompt, n_frames, config=..., generator=None): ...

def _frame_ids(model, codes) -> torch.Tensor: ...
def make_model(
    order: str,
    n_codebooks: int,
    codebook_size: int,
    n_layers: int = 4,
    n_local_layers: int = 2,
    width: int = 128,
    n_heads: int = 4,
    max_frames: int = 500,
) -> nn.Module: ...
def code_losses(model: nn.Module, codes: torch.Tensor) -> torch.Tensor: ...

class OrderDecoding:
    model: OrderTransformer
    layout: Layout
    positions: Any
    cache: Any

    def __init__(self, model: OrderTransformer, known: torch.Tensor, layout: Layout): ...
    def feed(self, ids: torch.Tensor) -> None: ...
    def step(self, codes: torch.Tensor) -> None: ...
    def keep(self, rows: torch.Tensor) -> None: ...

class StreamSampler:
    end: Any
    config: GenerationConfig

    def __init__(self, config: GenerationConfig): ...
    def __call__(self, state: torch.Tensor, may_end: torch.Tensor, uniform: torch.Tensor, _recent=None) -> tuple: ...

def _noise(unknown, batch_size, generator) -> torch.Tensor: ...
def _continue_frames(model, prompt, n_frames, config, generator) -> torch.Tensor: ...
def activation_bytes(run, model: nn.Module) -> int: ...
@torch.no_grad()
def start_from_counts(model: nn.Module, counts: torch.Tensor, seed: int = 0): ...
