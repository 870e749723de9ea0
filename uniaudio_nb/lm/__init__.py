"The language models: multi-scale Transformer, sampling, generation, training."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .multiscale import FRAMES_PER_PHONEME, MultiScaleConfig, MultiScaleTransformer, OFFICIAL_NAMES
    from .multiscale import before_target, check_batch, segment_places
    from .sizes import count_operations, count_parameters
    from .precision import PackedBlock, PackedLinear, PRECISIONS, quantize_rows
    from .sampling import GenerationConfig, candidate_probabilities, pick, row_noise, sample, spread_seeds
    from .generation import Candidate, Decoding, FrameSampler, Step, decode_steps, generate
    from .generation import generate_candidates, generate_frames, generate_ranked, generate_steps, guide_logits
    from .training import TrainConfig, code_counts, example_losses, load_model, mean_by_group, row_tasks, save_model
    from .training import start_from_codebooks, start_from_frequencies, tokens_per_process, train, unigram_entropy
    from .orders import Layout, MultiScaleOrder, OrderDecoding, ORDERS, OrderTransformer, StreamSampler
    from .orders import activation_bytes, code_losses, lay_out, make_model, start_from_counts

__getattr__, __dir__, __all__ = lazy(__name__, __file__, grown={"MultiScaleTransformer": ["precision", "generation"]})
