"""What every kind shares: the clip as data, seeded randomness, levels, trimming, filters, subprocesses."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import interpolate, signal

SAMPLE_RATE = 16000

# What the licence column says, by where the sound comes from (reasons in the README).
OURS = "CC0-1.0"
FLITE_LICENCE = "MIT-Festival"
SOUNDFONT_LICENCE = "MIT"


@dataclass(frozen=True)
class Note:
    """One note: onset and duration in s, MIDI number, sung syllable or ''."""

    onset: float
    duration: float
    midi: int
    lyric: str = ""


@dataclass
class Clip:
    """One file to be written and its row of the manifest; path is below audio/, without suffix."""

    path: str
    kind: str
    waveform: np.ndarray
    text: str = ""
    speaker: str = ""
    label: str = ""
    split: str = "train"
    licence: str = OURS
    attribution: str = "made by data_samples/generate.py"
    gender: str = ""
    f0_hz: float | None = None
    note: str = ""
    alignment: list[tuple[float, float, str, int | None]] = field(default_factory=list)  # start s, end s, phoneme, MIDI
    notes: list[Note] = field(default_factory=list)  # become a MIDI file
    program: int = 0  # General MIDI program of that file, counted from 0


Job = tuple[str, Callable[[], Clip]]  # a name for the progress bar and what makes the clip


def rng_for(seed: int, *names) -> np.random.Generator:
    """Make a generator that depends on the seed and the names only, never on what was made before."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest[:16], dtype=np.uint32).tolist()])


def need_programs(*names: str) -> None:
    """Raise a clear error when a program of the list is missing."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise FileNotFoundError(f"program(s) not found: {', '.join(missing)}; see README.md for the Debian packages")


def run_program(*command: str) -> str:
    """Run a program and return what it printed; its error text is in the exception."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def rms(x: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(x)) + 1e-20))


def set_level(x: np.ndarray, dbfs: float, peak: float = 0.95) -> np.ndarray:
    """Remove DC and rumble below 25 Hz, bring to an rms level, lower it further if the peak would pass `peak`."""
    x = signal.sosfiltfilt(signal.butter(2, 25, "high", fs=SAMPLE_RATE, output="sos"), x - x.mean())
    x = (x - x.mean()) * 10 ** (dbfs / 20) / rms(x)
    return x * min(1.0, peak / np.abs(x).max())


def fade(x: np.ndarray, start: float = 0.004, end: float = 0.012) -> np.ndarray:
    """Fade both ends with half a cosine; lengths in s."""
    x = x.copy()
    for length, part in ((start, slice(None)), (end, slice(None, None, -1))):
        n = min(len(x), max(1, round(length * SAMPLE_RATE)))
        x[part][:n] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    return x


def trim_silence(x: np.ndarray, below_peak_db: float = 38.0, keep: float = 0.03) -> np.ndarray:
    """Cut silence at both ends and keep `keep` s of it; silence is what stays far below the loudest 20 ms."""
    power = np.convolve(x**2, np.ones(320) / 320, mode="same")
    loud = np.flatnonzero(power > power.max() * 10 ** (-below_peak_db / 10))
    margin = round(keep * SAMPLE_RATE)
    return x[max(0, loud[0] - margin) : loud[-1] + margin]


def to_rate(x: np.ndarray, rate: int) -> np.ndarray:
    """Resample to 16 kHz."""
    g = np.gcd(rate, SAMPLE_RATE)
    return x if rate == SAMPLE_RATE else signal.resample_poly(x, SAMPLE_RATE // g, rate // g)


def band(x: np.ndarray, low: float | None, high: float | None, order: int = 2) -> np.ndarray:
    """Butterworth filter: band pass, or low or high pass where one edge is None; edges in Hz."""
    if low and high:
        sos = signal.butter(order, [low, high], "band", fs=SAMPLE_RATE, output="sos")
    else:
        sos = signal.butter(order, low or high, "high" if low else "low", fs=SAMPLE_RATE, output="sos")
    return signal.sosfilt(sos, x)


def shaped_noise(rng: np.random.Generator, n: int, db_per_octave: float) -> np.ndarray:
    """White noise whose power spectrum falls by so many dB per octave above 20 Hz: 0 white, -3 pink, -6 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.maximum(np.fft.rfftfreq(n, 1 / SAMPLE_RATE), 20)
    x = np.fft.irfft(spectrum * (frequency / 1000) ** (db_per_octave / 6.02), n)
    return x / rms(x)


def wander(rng: np.random.Generator, n: int, per_second: float) -> np.ndarray:
    """A smooth random curve, about -1 to 1, with so many turning points per second."""
    knots = max(4, int(n / SAMPLE_RATE * per_second) + 3)
    curve = interpolate.CubicSpline(np.arange(knots), rng.uniform(-1, 1, knots))
    return np.clip(curve(np.linspace(0, knots - 1, n)), -1.2, 1.2)


def add_at(x: np.ndarray, part: np.ndarray, start: int) -> None:
    """Add `part` into x in place from sample `start`; what passes the end is cut."""
    if start < len(x):
        part = part[max(0, -start) : len(x) - start]
        x[max(0, start) : max(0, start) + len(part)] += part


def median_f0(x: np.ndarray, low: float = 55, high: float = 1000) -> float | None:
    """Median F0 in Hz over clearly periodic frames (normalised autocorrelation), None when hardly any frame is."""
    found = [f for _, f in f0_track(x, low, high) if f]
    return float(np.median(found)) if len(found) > 3 else None


def f0_track(x: np.ndarray, low: float = 55, high: float = 1000) -> Iterator[tuple[float, float]]:
    """Yield (time s, F0 Hz or 0) each 10 ms by normalised autocorrelation with parabolic refinement."""
    half = round(1.25 * SAMPLE_RATE / low)
    min_lag, max_lag = int(SAMPLE_RATE / high), int(SAMPLE_RATE / low)
    for start in range(0, len(x) - half - max_lag - 1, SAMPLE_RATE // 100):
        frame = x[start : start + half + max_lag + 1]
        frame = frame - frame.mean()
        middle = (start + (half + max_lag) / 2) / SAMPLE_RATE
        energy = np.cumsum(np.concatenate([[0.0], frame**2]))
        windows = energy[half : half + max_lag + 2] - energy[: max_lag + 2]  # energy of frame[lag:lag+half]
        if windows[0] / half < 1e-5:
            yield middle, 0.0
            continue
        size = 1 << (len(frame) + half).bit_length()
        cross = np.fft.irfft(np.conj(np.fft.rfft(frame[:half], size)) * np.fft.rfft(frame, size), size)[: max_lag + 2]
        r = cross / np.sqrt(windows[0] * windows + 1e-12)
        peaks = np.flatnonzero((r[1:-1] > r[:-2]) & (r[1:-1] >= r[2:])) + 1
        peaks = peaks[(peaks >= min_lag) & (peaks <= max_lag)]
        best = r[peaks].max(initial=0)
        if best < 0.8:
            yield middle, 0.0
            continue
        lag = peaks[r[peaks] > best - 0.06][0]  # the shortest of the good periods, so no octave is lost
        a, b, c = r[lag - 1 : lag + 2]
        yield middle, SAMPLE_RATE / (lag + 0.5 * (a - c) / (a - 2 * b + c - 1e-12))
