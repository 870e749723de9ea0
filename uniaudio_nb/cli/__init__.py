"The command line, over all systems."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .parser import Parser, add_command, add_manifest, add_prepare, add_train, add_train_codec, check_target
    from .parser import device_of, device_option, load_named, load_own, own_option, run_manifest, run_prepare, run_train
    from .parser import run_train_codec, task_names
    from .cli import build_parser, main, run_codec, run_evaluate, run_generate, run_info

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
