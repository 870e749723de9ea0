"One training loop for every model, run folders, trained parts as folders, stages."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .run_folder import RunFolder, deferred_interrupt, load_checkpoint, save_checkpoint, show_metrics
    from .pretrained import Pretrained, find_folder, load_weights, save_weights, shipped_folder, write_card
    from .optimizers import MuonAdamW, hidden_matrices, make_optimizer
    from .loop import LoopConfig, SliceOver, fit, learning_rate_at, prefetch, processes, run_step, sum_gradients
    from .loop import to_device
    from .stages import Stage, run_stage, run_stages

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
