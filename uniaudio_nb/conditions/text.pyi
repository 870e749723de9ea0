# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from pathlib import Path
from torch import nn
from typing import Any
from uniaudio_nb.conditions.captions import CaptionEncoder
from uniaudio_nb.corpora.recording import Recording
import torch

def train_caption_encoder(
    recordings: list[Recording],
    folder: str | Path,
    minutes: float | None = 0.7,
    seed: int = 0,
    device: str = "cpu",
    steps: int | None = None,
) -> CaptionEncoder: ...

class T5TextEncoder(nn.Module):
    tokenizer: Any
    max_tokens: int
    masked: bool
    model: Any

    def __init__(
        self, name_or_folder: str | Path = "google/t5-v1_1-base", max_tokens: int = 100, masked: bool = True
    ): ...
    @property
    def dimension(self) -> int: ...
    def encode(self, texts: list[str]) -> list[torch.Tensor]: ...
    def fingerprint(self) -> str: ...
    def save_pretrained(self, folder: str | Path) -> Path: ...

def _read_if_there(path): ...
def load_text_encoder(name_or_folder: str | Path | None = None) -> CaptionEncoder | T5TextEncoder: ...
