"How good is it: distances, and recognisers that hear."

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:  # what the part offers; at run time each name is imported when it is first asked for
    from .distances import aligned_mel_distance, error_rate, f0_error_semitones, frechet_distance, mel_distance
    from .distances import si_sdr, stoi, warp_cost
    from .judges import FAMILIES, Cepstra, ConvolutionalBody, CubeRootSpectrum, Judge, RecurrentBody, TrainingSounds
    from .judges import bootstrap, cut_windows, disturb, frame_energies, load_judges, power_spectrum, sound_level
    from .judges import train_judge, trim_silence
    from .published_judges import ClapJudge, SpeakerVerifier, Wav2Vec2Judge, WhisperJudge
    from .recogniser import Recogniser, train_recogniser
    from .speech_measures import PitchAgreement, mel_cepstra, mel_cepstral_distortion, pesq, pitch_agreement
    from .speech_measures import split_transcript, word_error_rate

__getattr__, __dir__, __all__ = lazy(__name__, __file__)
