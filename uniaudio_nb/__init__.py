"""One language model for eleven audio generation tasks. Parts are imported when they are first used."""

__version__ = "0.1.0"

from typing import TYPE_CHECKING

from ._lazy import lazy

if TYPE_CHECKING:  # what is wanted most; everything else is named by its part: `from uniaudio_nb.codec import ...`
    from .codec import Codec, CodecConfig
    from .tasks import TASKS, Vocabulary
    from .lm import GenerationConfig, MultiScaleConfig, MultiScaleTransformer
    from .systems import Generation, UniAudio

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
