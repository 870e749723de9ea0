"The command line, over all systems."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .cli import Parser, build_parser, check_target, load_own, main, run_codec, run_evaluate, run_generate, run_info
    from .cli import run_prepare, run_train, run_train_codec

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
