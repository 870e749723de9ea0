"Tokens on disk: written by many, read in place, drawn in batches. Reading needs no simulation."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .files import MAX_PROMPTS, ShardFile, merge_indexes, sweep, tokenize_example, write_shard_file
    from .write import prepare_shards, recordings_digest
    from .read import Shard, draw
    from .batches import BatchLoader, TokenBatches, bucket_ends, packed_batch
    from .prepare import FILES_PER_SLICE, count_targets, report_table, usable_recordings, what_is_wrong
    from .renewed import RenewedBatches, RenewedShards

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
