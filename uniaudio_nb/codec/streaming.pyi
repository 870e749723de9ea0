# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from typing import Any
from uniaudio_nb.codec.model import Codec
import torch

class StreamingCodec:
    n_codebooks: Any
    codec: Any
    device: Any
    rest: Any
    sounds: Any
    finished: Any

    def __init__(self, codec: Codec, n_codebooks: int | None = None): ...
    def _no_codes(self, n_sounds): ...
    def encode(self, chunk: torch.Tensor) -> torch.Tensor: ...
    def finish(self) -> torch.Tensor: ...
    def decode(self, codes: torch.Tensor) -> torch.Tensor: ...
