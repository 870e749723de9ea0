"Eleven tasks as data: one id space, tokenizers, and examples made from recordings."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .sequence import Batch, COLOURS, Continuous, MASKED, N_SPECIAL, Packed, Segment, SEGMENT_TYPES, SPECIAL
    from .sequence import UNUSED, Vocabulary, codes_to_ids, collate, find_segments, ids_to_codes, pack, show_sequence
    from .sequence import unpack
    from .task import Condition, Input, INPUTS, Judged, Task, TASKS, get_task
    from .tokenizers import FRAMES_PER_TOKEN, FREE_SECONDS, PROMPT_SECONDS, RECOGNITION, TOKENIZERS, Tokenizers
    from .tokenizers import length_limits, register_task, task_tokens, untrained_tokenizers
    from .pool import Missing, Pool, Utterance, Variety, crop_prompt, plain_words, speaker_of, spoken_span
    from .examples import Examples, TaskExample, simulates
    from .edits import Edit, EDITS, edit_sound, mix_sounds
    from .instructions import Manner, describe_speech, measure_manner
    from .simulate_sound import NEEDS, SIMULATORS, examples_for

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
