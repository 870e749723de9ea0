# Written by docs/stubs.py (`make export`): the module as editors and type checkers see it.
from dataclasses import dataclass
from typing import Any

@dataclass(frozen=True)
class Input:
    help: str
    kind: str = ...

INPUTS: dict

@dataclass(frozen=True)
class Condition:
    segment: str
    tokenizer: str
    inputs: tuple
    optional: bool = ...
    hints: tuple = ...
    help: str = ...

@dataclass(frozen=True)
class Judged:
    measure: str
    score: str | None = ...
    asked: float | None = ...

@dataclass(frozen=True)
class Task:
    name: str
    token: str
    conditions: tuple
    description: str = ...
    stage: int = ...
    target: str = ...
    answer: str = ...
    kind: str = ...
    length: str = ...
    judged: tuple = ...
    floor: str = ...

    @property
    def inputs(self) -> dict: ...
    def about(self, name: str) -> Input: ...
    def check(self, given: dict): ...

_TEXT: Any
_PROMPT: Any
_AUDIO: Any
_CAPTION: Any
_SOURCE: Any
_LYRICS: Any
_NOTES: Any
_MELODY: Any
_SPOKEN: tuple
_CLEANED: tuple
_PLAYED: tuple
_FIRST_STAGE: list
_INSTRUCTION: Any
_NEW_WORDS: Any
_MASKED_AUDIO: Any
_CHANGE: Any
_SECOND_STAGE: list
TASKS: dict

def get_task(name: str) -> Task: ...
