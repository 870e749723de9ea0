"What needs no audio: classes that grow, files that are whole, devices, seeds and the clock."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .patching import patch
    from .files import weights_digest, write_aside
    from .devices import find_device, step_seed
    from .clock import Clock

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
