"UniAudio: one language model for eleven tasks, and the recipe that trains it."

from typing import TYPE_CHECKING

from ..._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .model import CARD, CONTEXT_FRAMES, SHIPPED, UniAudio
    from .recipe import (
        GENERATION,
        MINUTES,
        Preset,
        PRESETS,
        RecipeConfig,
        Run,
        SCRATCH_SHARES,
        SHARES,
        evaluation_stages,
        language_model_stages,
        load_recordings,
        load_tokenizers,
    )
    from .recipe import SCRATCH_MINUTES, prepare_data, read_report, recipe_stages, run_recipe, shard_stages
    from .recipe import tokenizer_stages
    from .long_training import (
        Leg,
        LIMITS,
        VARIETY,
        compact_report,
        describe_leg,
        history_of,
        main,
        note_process,
        prepare_set,
    )
    from .long_training import ship_model, signal_training, train_leg, training_material

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
