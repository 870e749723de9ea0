"Recordings and what is known of them: manifests, published layouts, splits, crops."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .recording import KINDS, Recording, SPLITS, name_of, read_alignment, read_manifest, scan_folder
    from .recording import write_manifest
    from .published import Layout, LAYOUTS, layout, read_corpora, read_table
    from .splits import assign_splits
    from .crops import AudioCache, CropSampler, bring_to_level

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
