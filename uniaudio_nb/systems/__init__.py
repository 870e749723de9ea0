"Request in, waveform out: what every system gives, its evaluation, and one folder for each system."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .base import Generation, Generator, LEVEL, Prepared, SILENT, SYSTEMS, find_system, register_system
    from .evaluation import interval, language_model_report
    from .cases import LISTS, Case, Material, committed_cases, main_corpus, makes_cases
    from .questions import CASES, build_case, choose_cases, count_sources, draw_cases
    from .measures import (
        MEASURES,
        MIN_HEARD,
        MIN_SOURCES,
        PRESENT,
        SAMPLE_RATE,
        VERDICTS,
        Heard,
        Measure,
        Trial,
        distortion_ratio,
    )
    from .measures import guess, hears, hears_edit, in_order, intelligibility, judge_figure, measure_cases
    from .measures import measures_of, on_notes, on_pitch, one_figure, resampled_means, same_codes, task_verdict
    from .evaluate import describe_request, evaluate_model, find_impostor, mel_positions, nearest_clips, same_sound
    from .evaluate import through_codec, write_conditions
    from .own_judges import (
        FEWEST,
        KINDS_OF_CLASSES,
        Kind,
        asked_classes,
        judges_for,
        knows,
        judge_examples,
        shipped_folders,
    )
    from .report import COLUMNS, evaluate_into, report_table, report_words, write_page
    from .uniaudio.model import UniAudio

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
