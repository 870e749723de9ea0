"""Singing: recorded flite syllables, taken apart into envelope and noise, and put together again on notes.

The voiced part is a sum of harmonics of exactly the note's pitch whose amplitudes and phases follow the spectral
envelope of the spoken syllable; the vowel is held by wandering about its middle. Consonants without a voice stay as
they were recorded.
"""

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from scipy import ndimage, signal

from . import common
from .common import SAMPLE_RATE, Clip, Job, Note

HOP = 80  # 5 ms between envelope frames
FFT = 1024
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

# syllable as written -> (flite phones, phonemes of the label); a vowel is the last one
SYLLABLES = {
    "la": ("l aa", "l a"),
    "na": ("n aa", "n a"),
    "ma": ("m aa", "m a"),
    "mi": ("m iy", "m i"),
    "ni": ("n iy", "n i"),
    "do": ("d ao", "d o"),
    "lo": ("l ao", "l o"),
    "re": ("r eh", "r e"),
    "fa": ("f aa", "f a"),
    "so": ("s ao", "s o"),
    "ti": ("t iy", "t i"),
    "lu": ("l uw", "l u"),
    "ah": ("aa", "a"),
    "oo": ("uw", "u"),
    "ee": ("iy", "i"),
    "oh": ("ao", "o"),
}
VOICELESS = {"s", "f", "t", "d"}  # kept as recorded (the burst of d too)
SINGLE = ("la", "ah", "oo", "na", "mi", "do", "lu", "ee", "oh")
WORDS = (
    ("la",) * 4,
    ("do", "re", "mi", "fa"),
    ("na", "ni", "na", "ma"),
    ("so", "la", "ti", "do"),
    ("mi", "ma", "mi", "ma"),
    ("lo", "lu", "la", "lo"),
    ("ah", "oo", "la", "la"),
)


@dataclass(frozen=True)
class Singer:
    """One singer: flite voice, gender, lowest and highest MIDI note, level, vibrato rate in Hz and depth in
    semitones."""

    name: str
    gender: str
    low: int
    high: int
    level: float
    vibrato_hz: float
    vibrato: float


SINGERS = (
    Singer("slt", "F", 57, 74, -26, 5.6, 0.28),
    Singer("rms", "M", 45, 62, -25, 5.1, 0.24),
    Singer("awb", "M", 48, 65, -27, 5.9, 0.2),
)


@dataclass(frozen=True)
class Syllable:
    """A spoken syllable taken apart: waveform, envelope frames, where its vowel starts (frames), phones with end
    times."""

    waveform: np.ndarray
    log_envelope: np.ndarray  # [frames, FFT/2 + 1], natural log of the magnitude
    phones: tuple[tuple[str, float, float], ...]  # phone, start s, end s


def note_name(midi: int) -> str:
    """Name a MIDI number in scientific pitch notation: 69 is A4."""
    return f"{NAMES[midi % 12]}{midi // 12 - 1}"


def hz(midi: float | np.ndarray) -> float | np.ndarray:
    """Frequency of a MIDI number, A4 = 440 Hz."""
    return 440 * 2 ** ((np.asarray(midi) - 69) / 12)


@lru_cache(maxsize=None)
def spoken(voice: str, syllable: str) -> Syllable:
    """Let flite speak a syllable, slowly, and measure its spectral envelope every 5 ms."""
    with tempfile.TemporaryDirectory() as folder:
        wav = str(Path(folder) / "out.wav")
        printed = common.run_program(
            "flite",
            "-voice",
            voice,
            "--setf",
            "duration_stretch=1.5",
            "-psdur",
            "-p",
            f"pau {SYLLABLES[syllable][0]} pau",
            "-o",
            wav,
        )
        x, rate = soundfile.read(wav)
    x = common.to_rate(x, rate)
    ends = [(name, float(end)) for name, end in (part.split(":") for part in printed.split())]
    phones = tuple((name, ends[i - 1][1] if i else 0.0, end) for i, (name, end) in enumerate(ends) if name != "pau")
    return Syllable(x, envelope_of(x), phones)


def envelope_of(x: np.ndarray) -> np.ndarray:
    """Measure the spectral envelope, free of the pitch: window of 3 periods, smoothing over 2/3 of F0, cepstral lifter
    (the idea of CheapTrick: M. Morise, Speech Communication 67, 2015)."""
    times, tracked = zip(*common.f0_track(x, 60, 320))
    tracked = np.array(tracked)
    middle = np.median(tracked[tracked > 0])
    # a frame more than 4 semitones off the middle is a slip of the tracker
    good = (tracked > 0) & (np.abs(12 * np.log2(np.maximum(tracked, 1) / middle)) < 4)
    frames = len(x) // HOP + 1
    f0 = np.interp(np.arange(frames) * HOP / SAMPLE_RATE, np.array(times)[good], tracked[good])
    padded = np.pad(x, FFT)
    bin_hz, quefrency = SAMPLE_RATE / FFT, np.minimum(np.arange(FFT), FFT - np.arange(FFT)) / SAMPLE_RATE
    result = np.empty((frames, FFT // 2 + 1))
    for t in range(frames):
        half = round(1.5 * SAMPLE_RATE / f0[t])
        piece = padded[FFT + t * HOP - half : FFT + t * HOP + half + 1]
        window = np.hanning(2 * half + 1)
        window /= np.sqrt((window**2).sum())
        power = np.abs(np.fft.rfft((piece - (piece * window).sum() / window.sum()) * window, FFT)) ** 2 + 1e-10
        low = int(f0[t] / bin_hz) + 1  # below F0 there is no harmonic: mirror
        power[:low] += np.interp(f0[t] - np.arange(low) * bin_hz, np.arange(len(power)) * bin_hz, power)
        full = np.concatenate([power, power[-2:0:-1]])
        width = 2 * f0[t] / 3 / bin_hz
        running = np.cumsum(np.concatenate([full, full, full]))
        at = np.arange(FFT) + FFT
        smooth = (
            np.interp(at + width / 2, np.arange(3 * FFT), running)
            - np.interp(at - width / 2, np.arange(3 * FFT), running)
        ) / width
        cepstrum = np.fft.ifft(np.log(np.maximum(smooth, 1e-12))).real
        lifter = np.sinc(f0[t] * quefrency) * (1.18 - 0.18 * np.cos(2 * np.pi * f0[t] * quefrency))
        result[t] = 0.5 * np.fft.fft(cepstrum * lifter).real[: FFT // 2 + 1]
    return ndimage.gaussian_filter1d(result, 1.2, axis=0)


def minimum_phase(log_envelope: np.ndarray) -> np.ndarray:
    """Compute the phase a resonator with this envelope has (through the folded cepstrum); [frames, bins] both ways."""
    cepstrum = np.fft.irfft(log_envelope, FFT, axis=1)
    cepstrum[:, 1 : FFT // 2] *= 2
    cepstrum[:, FFT // 2 + 1 :] = 0
    return np.fft.rfft(cepstrum, axis=1).imag


def held_frames(rng: np.random.Generator, syllable: Syllable, n_frames: int) -> tuple[np.ndarray, float]:
    """Choose envelope frames (fractional) for a syllable of n_frames: the onset as spoken up to the loud, steady
    place of the vowel, which is then held by a slow wander about it; also return the length of the consonant in s."""
    per_s = SAMPLE_RATE / HOP
    first, (_, start, end) = syllable.phones[0][1] * per_s, syllable.phones[-1]
    start, end = start * per_s, end * per_s
    level = 4.34 * np.log(np.exp(2 * syllable.log_envelope).mean(1))  # dB
    change = 8.7 * np.abs(np.gradient(syllable.log_envelope, axis=0)).mean(1)  # dB per frame
    places = np.arange(round(start + 0.2 * (end - start)), round(start + 0.7 * (end - start)))
    centre = places[np.argmax((level - 3 * np.convolve(change, np.ones(7) / 7, mode="same"))[places])]
    onset = np.arange(first + (4 if len(syllable.phones) == 1 else 1), centre)[:n_frames]
    room = n_frames - len(onset)
    held = centre + 3 * common.wander(rng, (room + 8) * HOP, 5)[::HOP][:room]
    held[:8] = centre + (held[:8] - centre) * np.linspace(0, 1, 8)[:room]
    return np.concatenate([onset, held]), start / per_s - first / per_s


def pitch_curve(rng: np.random.Generator, singer: Singer, notes: list[Note], n: int) -> np.ndarray:
    """Draw the pitch in semitones at every sample: the notes, joined by 50 ms glides, a vibrato that grows, a little
    drift."""
    time = np.arange(n) / SAMPLE_RATE
    curve = np.full(n, float(notes[0].midi))
    depth = np.zeros(n)
    for before, note in zip([notes[0], *notes], notes):
        inside = time >= note.onset - 0.01
        glide = np.clip((time[inside] - note.onset + 0.01) / 0.05, 0, 1)
        curve[inside] = before.midi + (note.midi - before.midi) * (0.5 - 0.5 * np.cos(np.pi * glide))
        depth[inside] = np.clip((time[inside] - note.onset - 0.22) / 0.25, 0, 1)
    phase = 2 * np.pi * np.cumsum(singer.vibrato_hz * (1 + 0.06 * common.wander(rng, n, 2))) / SAMPLE_RATE
    scoop = -0.5 * np.exp(-time / 0.03)  # the very first note is reached from a little below
    return curve + scoop + singer.vibrato * depth * np.sin(phase) + 0.05 * common.wander(rng, n, 4)


def sing(rng: np.random.Generator, singer: Singer, notes: list[Note]) -> tuple[np.ndarray, list]:
    """Sing notes with their syllables; return the waveform and the alignment rows (start s, end s, phoneme, MIDI)."""
    n = round((notes[-1].onset + notes[-1].duration) * SAMPLE_RATE) // HOP * HOP
    n_frames = n // HOP
    log_envelope = np.full((n_frames, FFT // 2 + 1), -9.0)
    gain = np.zeros(n_frames)
    recorded, rows = np.zeros(n), []
    for note in notes:
        syllable = spoken(singer.name, note.lyric)
        onset = round(note.onset * SAMPLE_RATE) // HOP
        stop = min(n_frames, round((note.onset + note.duration) * SAMPLE_RATE) // HOP)
        consonant = syllable.phones[0] if len(syllable.phones) > 1 else None
        labels = SYLLABLES[note.lyric][1].split()
        where, lead = held_frames(rng, syllable, stop - onset)
        low = np.clip(where.astype(int), 0, len(syllable.log_envelope) - 2)
        part = (where - low)[:, None]
        log_envelope[onset:stop] = (1 - part) * syllable.log_envelope[low] + part * syllable.log_envelope[low + 1]
        shape = np.minimum(
            1, np.minimum((np.arange(stop - onset) + 1) / 6, (stop - onset - np.arange(stop - onset)) / 14)
        )
        start = onset * HOP / SAMPLE_RATE
        split = start
        if consonant:
            split = start + lead
            rows.append((start, split, labels[0], note.midi))
            if consonant[0] in VOICELESS:
                quiet = round(lead * SAMPLE_RATE / HOP)
                shape[:quiet] = 0
                shape[quiet : quiet + 5] *= np.linspace(0.1, 1, 5)[: len(shape[quiet : quiet + 5])]
                piece = syllable.waveform[round(consonant[1] * SAMPLE_RATE) : round(consonant[2] * SAMPLE_RATE) + 100]
                common.add_at(recorded, common.fade(piece, 0.004, 0.01), onset * HOP)
        gain[onset:stop] = shape
        rows.append((split, stop * HOP / SAMPLE_RATE, labels[-1], note.midi))
    x = harmonics(log_envelope, pitch_curve(rng, singer, notes, n)) + breath(rng, log_envelope, n)
    level = signal.lfilter(*signal.butter(1, 40, fs=SAMPLE_RATE), np.repeat(gain, HOP))
    swell = 1 + 0.1 * common.wander(rng, n, 2)
    return x * level * swell + recorded, rows


def harmonics(log_envelope: np.ndarray, semitones: np.ndarray) -> np.ndarray:
    """Add up the harmonics of a pitch curve below 7.6 kHz with the envelope's amplitude and minimum phase."""
    n, n_frames = len(semitones), len(log_envelope)
    frequency = hz(semitones)
    phase = 2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE
    rotation = minimum_phase(log_envelope)
    frame_hz = frequency[np.minimum(np.arange(n_frames) * HOP, n - 1)]
    x, sample_frames = np.zeros(n), np.arange(n) / HOP
    rows = np.arange(n_frames)
    for k in range(1, int(7600 / frame_hz.min()) + 1):
        at = np.minimum(k * frame_hz / SAMPLE_RATE * FFT, FFT // 2 - 1)
        low = at.astype(int)
        part = at - low
        magnitude = np.exp((1 - part) * log_envelope[rows, low] + part * log_envelope[rows, low + 1])
        # a harmonic carries the power of the band around it, which is as wide as F0
        magnitude = magnitude * np.sqrt(frame_hz) * np.clip((7600 - k * frame_hz) / 400, 0, 1)
        turned = np.unwrap((1 - part) * rotation[rows, low] + part * rotation[rows, low + 1])
        x += np.interp(sample_frames, rows, magnitude) * np.cos(k * phase + np.interp(sample_frames, rows, turned))
    return x * np.sqrt(4 / SAMPLE_RATE)


def breath(rng: np.random.Generator, log_envelope: np.ndarray, n: int) -> np.ndarray:
    """Shape noise by the envelope, more of it towards high frequencies: the air in a voice."""
    frequency = np.linspace(0, SAMPLE_RATE / 2, FFT // 2 + 1)
    share = 0.02 + 0.3 * np.clip((frequency - 2500) / 4500, 0, 1)
    _, _, spectrum = signal.stft(rng.standard_normal(n), nperseg=FFT // 2, noverlap=FFT // 2 - HOP, nfft=FFT)
    frames = min(spectrum.shape[1], len(log_envelope))
    spectrum = spectrum[:, :frames] * np.exp(log_envelope[:frames].T) * share[:, None]
    _, x = signal.istft(spectrum, nperseg=FFT // 2, noverlap=FFT // 2 - HOP, nfft=FFT)
    return np.resize(np.pad(x, (0, max(0, n - len(x)))), n)


def singing_clip(singer: Singer, path: str, notes: list[Note], label: str, split: str, seed: int) -> Clip:
    """Make one sung clip with its alignment and notes."""
    x, rows = sing(common.rng_for(seed, "sing", path), singer, notes)
    x = common.fade(common.set_level(x, singer.level), 0.002, 0.03)
    return Clip(
        path,
        "singing",
        x,
        " ".join(row[2] for row in rows),
        singer.name,
        label,
        split,
        licence=common.FLITE_LICENCE,
        attribution=f"flite voice {singer.name}, Carnegie Mellon University",
        gender=singer.gender,
        f0_hz=common.median_f0(x, 60, 800),
        alignment=rows,
        notes=notes,
        program=52,
        note=f"sung by resynthesis of spoken syllables; {' '.join(f'{n.lyric}:{note_name(n.midi)}' for n in notes)}",
    )


def jobs(seed: int) -> list[Job]:
    """List per singer 9 single notes and 11 phrases of two to four notes; two clips of each sort are held out."""
    listed: list[Job] = []

    def add(*arguments) -> None:
        listed.append((arguments[1], lambda: singing_clip(*arguments, seed)))

    for s, singer in enumerate(SINGERS):
        rng = common.rng_for(seed, "singing", singer.name)
        scale = [m for m in range(singer.low, singer.high + 1) if m % 12 in (0, 2, 4, 5, 7, 9, 11)]
        for i, lyric in enumerate(SINGLE):
            midi = scale[(i * 4 + s) % len(scale)]
            name = note_name(midi)
            add(
                singer,
                f"singing/{singer.name}/note_{lyric}_{name}",
                [Note(0.0, rng.uniform(1.3, 1.7), midi, lyric)],
                f"{lyric};{name};midi={midi}",
                "valid" if i == 3 + s else "train",
            )
        for i in range(11):
            add(
                singer,
                f"singing/{singer.name}/phrase_{i:02d}",
                phrase(rng, scale, WORDS[i % len(WORDS)][: 2 + i % 3]),
                "",
                "valid" if i in (4, 5 + s) else "train",
            )
    return listed


def phrase(rng: np.random.Generator, scale: list[int], syllables: tuple[str, ...]) -> list[Note]:
    """Walk up and down a scale, one syllable per note, the last note longest."""
    place = int(rng.integers(2, len(scale) - 4))
    onset = 0.0
    notes = []
    for i, lyric in enumerate(syllables):
        last = i == len(syllables) - 1
        duration = round(float(rng.uniform(0.9, 1.2) if last else rng.choice([0.5, 0.65, 0.8])), 3)
        notes.append(Note(round(onset, 3), duration, scale[place], lyric))
        onset += duration
        place = int(np.clip(place + rng.choice([-2, -1, 1, 2]), 0, len(scale) - 1))
    return notes
