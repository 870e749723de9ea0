"What every Transformer here is made of: the linear product, attention, one block, masks, the cache."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .linear import Linear
    from .places import N_FREQUENCIES, SPREAD, WIDER, head_places, place_vectors, start_strength, with_places
    from .transformer import Attention, Block, Context, CrossAttention, KeyValueCache, Transformer
    from .transformer import attend, attention_mask, causal_mask

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
