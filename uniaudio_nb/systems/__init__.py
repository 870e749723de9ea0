"Request in, waveform out: what every system gives, its evaluation, and one folder for each system."
from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING: # what the part offers; at run time each name is imported when it is first asked for
    from .base import Generation, Generator, LEVEL, SILENT
    from .evaluation import MEASURES, Sample, as_request, interval, language_model_report, measure, note_rows
    from .evaluation import sample_task, summary_table, write_table
    from .uniaudio.model import UniAudio

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
