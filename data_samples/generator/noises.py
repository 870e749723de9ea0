"""Background noises of 4 s: coloured noise, hum, babble of the set's own voices, machine and street."""

import numpy as np

from . import common, speech
from .common import SAMPLE_RATE, Clip, Job, band, rms, shaped_noise, wander
from .sounds_made import engine
from .sounds_nature import sweep

SECONDS = 4.0


def white(rng: np.random.Generator, n: int) -> np.ndarray:
    """White noise, slightly uneven in time as a real amplifier's."""
    return rng.standard_normal(n) * (1 + 0.05 * wander(rng, n, 3))


def pink(rng: np.random.Generator, n: int) -> np.ndarray:
    """Pink noise: -3 dB per octave."""
    return shaped_noise(rng, n, -3)


def brown(rng: np.random.Generator, n: int) -> np.ndarray:
    """Brown noise: -6 dB per octave."""
    return shaped_noise(rng, n, -6)


def babble(rng: np.random.Generator, n: int, voices: tuple[np.ndarray, ...]) -> np.ndarray:
    """Many people at once: eight of the set's voices, each somewhere else in its own sentences."""
    parts = (np.roll(np.resize(v, max(n, len(v))), rng.integers(0, n))[:n] for v in voices)
    return band(sum(v / rms(v) * rng.uniform(0.5, 1) for v in parts), 120, 5000, 1)


def hum(rng: np.random.Generator, n: int) -> np.ndarray:
    """Mains hum: 50 Hz and its harmonics with a little hiss."""
    t = np.arange(n) / SAMPLE_RATE
    tones = sum(
        np.sin(2 * np.pi * 50 * k * t + rng.uniform(0, 6.28)) * a
        for k, a in ((1, 1), (2, 0.7), (3, 0.5), (4, 0.25), (5, 0.3), (7, 0.2), (9, 0.1), (11, 0.1), (14, 0.05))
    )
    return tones * (1 + 0.03 * wander(rng, n, 2)) + 0.03 * rng.standard_normal(n)


def machine(rng: np.random.Generator, n: int) -> np.ndarray:
    """A machine hall: a motor's tones, a beat of strokes and rushing air."""
    t = np.arange(n) / SAMPLE_RATE
    motor = sum(sweep(120 * k * (1 + 0.002 * wander(rng, n, 2))) / k for k in (1, 2, 3, 5, 8))
    stroke = np.exp(-((t * 6.3 % 1) / 0.12)) * band(rng.standard_normal(n), 300, 4000, 1)
    air = band(shaped_noise(rng, n, -2), 200, 5000, 1)
    return 0.5 * motor / rms(motor) + 0.7 * stroke / rms(stroke) + 0.6 * air / rms(air)


def street(rng: np.random.Generator, n: int) -> np.ndarray:
    """A street: distant traffic, one engine near, one car that passes by."""
    far = band(shaped_noise(rng, n, -4), 40, 1200, 1)
    near = band(engine(rng, n, 0)[0], None, 900)
    t = np.arange(n) / SAMPLE_RATE
    passing = band(shaped_noise(rng, n, -2), 150, 3000, 1) * np.exp(-(((t - rng.uniform(1.2, 2.6)) / 0.7) ** 2))
    return far / rms(far) + 0.3 * near / rms(near) + 1.0 * passing / rms(passing)


def hiss(rng: np.random.Generator, n: int) -> np.ndarray:
    """Tape hiss: noise that rises towards high frequencies."""
    return shaped_noise(rng, n, 3)


# name -> (what makes it, caption, split); two of them are held out
NOISES = {
    "white": (white, "white noise", "train"),
    "pink": (pink, "pink noise", "train"),
    "brown": (brown, "a deep rumbling noise", "train"),
    "babble": (babble, "many people talking at once", "train"),
    "hum": (hum, "a mains hum", "train"),
    "machine": (machine, "a machine hall", "train"),
    "street": (street, "street noise with passing cars", "valid"),
    "hiss": (hiss, "tape hiss", "valid"),
}


def noise_clip(name: str, seed: int) -> Clip:
    """Make one noise at -33 dBFS."""
    make, caption, split = NOISES[name]
    voices = (speech.babble_voices(seed),) if name == "babble" else ()
    x = make(common.rng_for(seed, "noise", name), round(SECONDS * SAMPLE_RATE), *voices)
    x = common.fade(common.set_level(x, -33), 0.01, 0.01)
    return Clip(
        f"noise/{name}",
        "noise",
        x,
        caption,
        "",
        name,
        split,
        licence=common.FLITE_LICENCE if voices else common.OURS,
        attribution="flite voices, Carnegie Mellon University, and espeak-ng" if voices else Clip.attribution,
        note="mixed from voices of the set" if voices else "synthesised",
    )


def jobs(seed: int) -> list[Job]:
    """List the noises."""
    return [(f"noise/{name}", lambda name=name: noise_clip(name, seed)) for name in NOISES]
