"Waveforms: read, write, resample, look, listen; pitch, rooms and effects."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .waveform import as_audio, fit_length, level_dbfs, load_audio, open_audio, resample, save_audio, set_level
    from .waveform import stream_audio, to_mono
    from .mel import LogMel, mel_bands
    from .show import audio_uri, listen, show_codes, show_mel, show_waveform
    from .pitch import VOICE, best_path, dip_probabilities, pitch_candidates, threshold_cdf, track_pitch
    from .rooms import SimulatedRoom, decay_curve, reverberate, simulate_room, t60
    from .effects import degrade, fade_edges, guard_peak, mix_at_snr, shift_voice, stretch, transpose

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
