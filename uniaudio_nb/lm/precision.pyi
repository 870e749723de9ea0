# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from torch import nn
from typing import Any
from uniaudio_nb.layers.transformer import Block
import torch

def quantize_rows(weight: torch.Tensor) -> tuple: ...

PRECISIONS: tuple

def _check_precision(precision, device): ...
def _one_dnn_multiplies(precision, device) -> bool: ...
def _packed(weight, precision, one_dnn) -> tuple: ...

class PackedLinear:
    dtype: Any
    gelu: bool
    bytes: Any
    one_dnn: Any
    weight: Any
    scales: Any
    bias: Any

    def __init__(
        self, weight: torch.Tensor, bias: torch.Tensor | None, precision: str = "bfloat16", gelu: bool = False
    ): ...
    def __call__(self, x: torch.Tensor) -> torch.Tensor: ...
    def _int8_product(self, x) -> torch.Tensor: ...

def _joint_projection(attention, precision) -> PackedLinear: ...

class PackedBlock(nn.Module):
    attn_ln: Any
    mlp_ln: Any
    context_ln: Any
    context_attn: Any
    n_heads: Any
    alignment: Any
    project: Any
    out: Any
    up: Any
    down: Any
    bytes: Any

    def __init__(self, block: Block, precision: str = "bfloat16"): ...
    def forward(self, x, mask=None, cache=None, layer=0, places=None, context=None): ...

def _block_bytes(block) -> int: ...
