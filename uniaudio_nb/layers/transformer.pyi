# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from dataclasses import dataclass
from torch import nn
from typing import Any
import torch

class KeyValueCache:
    data: Any
    length: Any
    max_frames: int
    context: Any

    def __init__(
        self, n_layers: int, batch_size: int, n_heads: int, max_frames: int, head_width: int, device=None, dtype=...
    ): ...
    def append(self, layer: int, key: torch.Tensor, value: torch.Tensor) -> tuple: ...
    def select(self, rows: torch.Tensor) -> None: ...
    @property
    def batch_size(self) -> int: ...

def causal_mask(n_queries: int, n_keys: int, device=None) -> torch.Tensor: ...
def attend(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None = None,
    scale: float | None = None,
) -> torch.Tensor: ...
def _head_width(width, n_heads) -> int: ...

class Attention(nn.Module):
    n_heads: int
    head_width: Any
    alignment: Any
    query: Any
    key: Any
    value: Any
    out: Any

    def __init__(self, width: int, n_heads: int, aligned: bool = False): ...
    def forward(
        self,
        x: torch.Tensor,
        mask: torch.Tensor | None = None,
        cache: KeyValueCache | None = None,
        layer: int = 0,
        places: tuple | None = None,
    ) -> torch.Tensor: ...

class Block(nn.Module):
    attn_ln: Any
    attn: Any
    context_ln: Any
    context_attn: Any
    mlp_ln: Any
    mlp: Any
    dropout: Any

    def __init__(
        self, width: int, n_heads: int, dropout: float = 0.0, aligned: bool = False, context_width: int | None = None
    ): ...
    def forward(self, x, mask=None, cache=None, layer=0, places=None, context=None): ...

class Transformer(nn.Module):
    blocks: Any
    n_heads: int
    width: int
    aligned: bool

    def __init__(
        self,
        n_layers: int,
        width: int,
        n_heads: int,
        dropout: float = 0.0,
        aligned: bool = False,
        context_width: int | None = None,
    ): ...
    def forward(
        self,
        x: torch.Tensor,
        mask: torch.Tensor | None = None,
        cache: KeyValueCache | None = None,
        places: torch.Tensor | None = None,
        context=None,
    ) -> torch.Tensor: ...
    def _head_places(self, places) -> tuple | None: ...
    def new_cache(self, batch_size: int, max_frames: int, context=None) -> KeyValueCache: ...
    def new_context(self, vectors: torch.Tensor, valid: torch.Tensor | None = None) -> Context: ...

class CrossAttention(nn.Module):
    n_heads: int
    head_width: Any
    query: Any
    out: Any
    key: Any
    value: Any

    def __init__(self, width: int, n_heads: int, context_width: int): ...
    def forward(
        self, x: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor: ...
    def keys_and_values(self, context: torch.Tensor) -> torch.Tensor: ...

@dataclass(frozen=True, eq=False)
class Context:
    data: torch.Tensor
    mask: torch.Tensor | None

    def select(self, rows: torch.Tensor) -> "Context": ...

def attention_mask(
    n_queries: int, n_keys: int, documents: torch.Tensor | None = None, prefix: torch.Tensor | None = None, device=None
) -> torch.Tensor: ...
