"""Rain, wind, sea, thunder, fire, drops, birds and dogs; each function returns (waveform, caption)."""

from functools import partial

import numpy as np

from .common import SAMPLE_RATE, add_at, band, rms, shaped_noise, wander


def seconds(n: int) -> np.ndarray:
    """Time axis of n samples in s."""
    return np.arange(n) / SAMPLE_RATE


def decay(n: int, t60: float) -> np.ndarray:
    """Exponential decay that falls by 60 dB in t60 s."""
    return 10 ** (-3 * seconds(n) / t60)


def sweep(frequency: np.ndarray) -> np.ndarray:
    """Sine whose frequency in Hz is given at every sample."""
    return np.sin(2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE)


def rain(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Rain: thousands of drops a second blur into hiss, the near ones stay single taps coloured by what they hit."""
    # hiss band, near drops per second, ring of a drop in Hz and s, share of the near drops
    low, high, per_s, ring, t60, near, caption = (
        (900, 6500, 60, 2600, 0.012, 0.5, "rain falling steadily"),
        (500, 7500, 240, 1500, 0.02, 0.7, "heavy rain pouring down"),
        (2500, 7000, 22, 3400, 0.01, 1.1, "light rain, a soft drizzle"),
        (1200, 5000, 110, 950, 0.06, 1.6, "rain drumming on a tin roof"),
        (1500, 6000, 45, 2000, 0.03, 1.2, "rain drops tapping on a window"),
        (300, 4000, 300, 1200, 0.015, 0.5, "a rain shower in the distance"),
    )[variant]
    x = band(rng.standard_normal(n), low, high) * (1 + 0.15 * wander(rng, n, 2))
    taps = np.zeros(n)
    for start in rng.integers(0, n, rng.poisson(per_s * n / SAMPLE_RATE)):
        length = round(0.06 * SAMPLE_RATE)
        pitch = ring * np.exp(rng.normal(0, 0.3))
        tap = np.sin(2 * np.pi * pitch * seconds(length)) + 0.6 * rng.standard_normal(length)
        add_at(taps, tap * decay(length, t60 * rng.uniform(0.7, 1.5)) * min(5, rng.pareto(2.2)), start)
    return x / rms(x) + near * taps / rms(taps), caption


def wind(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Wind: noise whose loudness and brightness rise and fall together with the gusts; in gaps it whistles."""
    gusts_per_s, whistle, caption = (
        (1.2, 0.0, "wind blowing"),
        (2.5, 0.0, "strong gusts of wind"),
        (0.8, 0.7, "wind whistling through a gap"),
        (1.6, 1.1, "a howling wind"),
        (0.7, 0.0, "a soft breeze"),
        (2.0, 0.3, "a storm wind in the trees"),
    )[variant]
    gust = 0.55 + 0.45 * np.clip(wander(rng, n, gusts_per_s), -1, 1)
    dark = shaped_noise(rng, n, -6) if variant != 4 else shaped_noise(rng, n, -4)
    bright = band(rng.standard_normal(n), 400, 1800 if variant != 5 else 5500, 1)
    x = band(dark, 60, 900, 1) * gust + 0.35 * bright / rms(bright) * gust**2.5
    if whistle:  # narrow noise: a sine whose phase is driven by noise
        centre = rng.uniform(420, 760) * 2 ** (0.5 * (gust - 0.5) + 0.1 * wander(rng, n, 4))
        for ratio, share in ((1, 1.0), (1.52, 0.4)):
            tone = sweep(centre * ratio * (1 + 0.03 * band(rng.standard_normal(n), None, 30) * 12))
            x += whistle * share * 0.4 * tone * gust**2
    return x, caption


def sea_waves(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Sea: a dark steady roar, and a wave that swells, breaks brightly and drains away in fizz."""
    breaks, brightness, caption = (
        (0.9, 1.0, "a wave breaking on the shore"),
        (1.2, 0.7, "sea waves rolling in"),
        (0.5, 1.3, "surf on a beach"),
        (1.0, 0.5, "ocean waves far away"),
        (0.7, 1.6, "waves washing over pebbles"),
        (1.4, 0.9, "the sea, a wave coming in"),
    )[variant]
    t = seconds(n)
    rise, fall = rng.uniform(0.25, 0.5), rng.uniform(0.5, 0.9)
    wave = np.where(t < breaks, np.exp(-(((t - breaks) / rise) ** 2)), np.exp(-(t - breaks) / fall))
    fizz = np.where(t < breaks, 0, 1 - np.exp(-(t - breaks) / 0.15)) * np.exp(-np.maximum(t - breaks, 0) / 0.8)
    roar = band(shaped_noise(rng, n, -5), 50, 1400, 1)
    crash = band(shaped_noise(rng, n, -2), 200, 5000, 1)
    foam = band(rng.standard_normal(n), 2500, 7500, 1)
    if variant == 4:  # pebbles knock against each other
        foam = foam * (rng.random(n) < 0.02) * 6
    return 0.35 * roar / rms(roar) + wave * crash / rms(crash) + 0.45 * brightness * fizz * foam / rms(foam), caption


def thunder(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Thunder: parts of the flash are at different distances, so one crack arrives again and again, later and
    darker."""
    crack, dark, caption = (
        (0.6, 350, "thunder rumbling"),
        (2.5, 900, "a loud clap of thunder"),
        (0.0, 160, "distant thunder"),
        (1.6, 600, "thunder cracking and rolling"),
        (0.3, 250, "a long roll of thunder"),
        (2.0, 500, "thunder close by"),
    )[variant]
    x = np.zeros(n)
    for i in range(rng.integers(10, 18)):
        start = int(rng.uniform(0, 0.75) ** 1.3 * n) if i else 0
        length = n - start
        age = start / n
        rumble = band(shaped_noise(rng, length, -5), 30, dark * (1 - 0.6 * age))
        attack = 1 - np.exp(-seconds(length) / (0.01 + 0.08 * age))
        add_at(
            x,
            rumble
            / rms(rumble)
            * attack
            * decay(length, rng.uniform(0.6, 2.0))
            * (1 - 0.5 * age)
            * rng.uniform(0.4, 1),
            start,
        )
    length = round(0.5 * SAMPLE_RATE)
    for start in np.sort(rng.uniform(0, 0.12, 7)):  # the crack: a few short bright bursts
        burst = band(rng.standard_normal(length), 300, 6000, 1) * decay(length, rng.uniform(0.08, 0.3))
        add_at(x, crack * burst * rng.uniform(0.4, 1), int(start * SAMPLE_RATE))
    return x, caption


def crackling_fire(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Fire: a low flutter of flames under sharp snaps of very different strength."""
    snaps, flutter, caption = (
        (14, 0.5, "a crackling fire"),
        (35, 0.6, "a fire crackling wildly"),
        (7, 1.0, "a camp fire burning"),
        (22, 0.3, "wood crackling in a fireplace"),
        (10, 1.6, "roaring flames and crackles"),
        (50, 0.3, "dry twigs burning and snapping"),
    )[variant]
    flames = band(shaped_noise(rng, n, -4), 60, 700, 1)
    x = flutter * 0.5 * flames / rms(flames) * (0.7 + 0.5 * np.abs(wander(rng, n, 14)))
    hiss = band(rng.standard_normal(n), 1500, 6000, 1)
    x += 0.08 * hiss * (0.6 + 0.4 * wander(rng, n, 3))
    for start in rng.integers(0, n, rng.poisson(snaps * n / SAMPLE_RATE) + 3):
        length = round(0.03 * SAMPLE_RATE)
        snap = band(rng.standard_normal(length), 600, 7000, 1) * decay(length, rng.uniform(0.004, 0.025))
        snap += 0.7 * np.sin(2 * np.pi * rng.uniform(700, 3000) * seconds(length)) * decay(length, 0.012)
        add_at(x, snap * min(9, 0.8 + rng.pareto(1.3)), start)
    return x, caption


def water_drops(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Drops: each traps a bubble that rings and rises in pitch as it closes (van den Doel, 2005), then the room
    answers."""
    gap, low, high, rise, caption = (
        (0.5, 900, 1500, 8, "water dripping"),
        (0.25, 700, 2500, 12, "water drops falling quickly"),
        (0.8, 500, 800, 6, "slow drops of water"),
        (0.45, 1800, 3000, 10, "a tap dripping into a sink"),
        (0.12, 500, 2200, 15, "water trickling and bubbling"),
        (0.6, 600, 1100, 9, "drops of water in a cave"),
    )[variant]
    x, start = np.zeros(n), rng.uniform(0.01, 0.08)
    while start < n / SAMPLE_RATE - 0.1:
        length = round(0.25 * SAMPLE_RATE)
        t = seconds(length)
        f = rng.uniform(low, high)
        loud = rng.uniform(0.5, 1)
        bubble = (
            sweep(f * (1 + rise * np.minimum(t, 0.08)))
            * decay(length, rng.uniform(0.06, 0.16))
            * (1 - np.exp(-t / 0.002))
        )
        add_at(x, loud * bubble, int(start * SAMPLE_RATE))
        click = band(rng.standard_normal(400), 2000, 7000, 1) * decay(400, 0.006)
        add_at(x, 0.25 * loud * click, int((start - 0.008) * SAMPLE_RATE))
        start += gap * rng.uniform(0.7, 1.3)
    tail = rng.standard_normal(round((1.2 if variant == 5 else 0.3) * SAMPLE_RATE))
    tail = band(tail, 300, 5000, 1) * decay(len(tail), 1.1 if variant == 5 else 0.25)
    wet = np.convolve(x, tail)[:n]
    return x + (0.5 if variant == 5 else 0.15) * wet * rms(x) / rms(wet) + 1e-3 * shaped_noise(rng, n, -3), caption


def birds(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Birds: whistled sweeps between 2 and 7 kHz, repeated as a song; one shape per kind of bird."""
    caption = (
        "a bird chirping",
        "birds twittering",
        "a bird singing a trill",
        "a cuckoo calling",
        "a small bird peeping",
        "birds singing in the morning",
    )[variant]
    x = 2e-3 * shaped_noise(rng, n, -3)

    def note(start: float, length: float, loud: float, path) -> None:
        f = path(np.linspace(0, 1, round(length * SAMPLE_RATE)))
        shape = np.sin(np.pi * np.linspace(0, 1, len(f))) ** 0.7
        add_at(x, loud * shape * (sweep(f) + 0.12 * sweep(2 * f) * (f < 3800)), int(start * SAMPLE_RATE))

    def song(base: float, loud: float, start: float) -> None:
        while start < 1.85:
            if variant == 2:  # a fast trill
                note(start, 0.035, loud, lambda u: base * (1.25 - 0.4 * u))
                start += 0.055 if rng.random() > 0.04 else 0.4
            elif variant == 4:  # thin single peeps
                note(start, 0.09, loud, lambda u: 1.4 * base * (1 + 0.1 * np.sin(np.pi * u)))
                start += rng.uniform(0.25, 0.5)
            else:
                first, bend = base * rng.uniform(0.8, 1.3), rng.uniform(-0.35, 0.35)
                note(start, rng.uniform(0.05, 0.14), loud, partial(warble, first, bend))
                start += rng.uniform(0.1, 0.2) if rng.random() < 0.75 else rng.uniform(0.3, 0.6)

    if variant == 3:  # two mellow notes, a falling third
        high = rng.uniform(640, 700)
        for start in (0.08, 0.92):
            note(start, 0.22, 1.0, lambda u: high * (1 - 0.02 * u))
            note(start + 0.3, 0.3, 0.9, lambda u: high * 0.8 * (1 - 0.03 * u))
        return x, caption
    for _ in range({0: 1, 1: 4, 2: 1, 4: 1, 5: 3}[variant]):
        song(rng.uniform(2600, 4800), rng.uniform(0.5, 1), rng.uniform(0.03, 0.12))
    return x, caption


def warble(first: float, bend: float, u: np.ndarray) -> np.ndarray:
    """Pitch in Hz of a chirp that bends and wavers, u from 0 to 1 along it."""
    return first * (1 + bend * (u - 0.5) + 0.1 * np.sin(3 * np.pi * u))


def dog(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Dog: a rough buzz that jumps up and falls in pitch, through a mouth that opens and closes; small dogs are
    higher."""
    # pitch of the bark in Hz, starts in s, growl
    pitch, starts, caption = (
        (420, (0.08, 0.75, 1.35), "a dog barking"),
        (260, (0.1, 0.95), "a big dog barking twice"),
        (760, (0.06, 0.4, 0.75, 1.15, 1.5), "a small dog yapping"),
        (330, (0.12,), "a single bark of a dog, then silence"),
        (520, (0.07, 0.32, 0.95, 1.2), "a dog barking excitedly"),
        (210, (0.1, 0.9), "a large dog with a deep bark"),
    )[variant]
    x = 3e-3 * shaped_noise(rng, n, -3)
    for start in starts:
        length = round(rng.uniform(0.16, 0.24) * (1.25 if pitch < 300 else 0.8 if pitch > 700 else 1) * SAMPLE_RATE)
        u = np.linspace(0, 1, length)
        f = (
            pitch
            * rng.uniform(0.94, 1.06)
            * (0.75 + 0.45 * np.sin(np.pi * u**0.6) - 0.2 * u)
            * (1 + 0.03 * wander(rng, length, 120))
        )
        phase = 2 * np.pi * np.cumsum(f) / SAMPLE_RATE
        buzz = sum(np.sin(k * phase) / k**0.7 * (k * f < 7600) for k in range(1, 24))
        breath = 0.6 * rng.standard_normal(length)
        source = buzz + breath * (0.4 + 0.6 * u)
        size = (pitch / 400) ** 0.4
        bark = sum(
            gain * band(source, size * low, min(size * high, 7600), 1)
            for gain, low, high in ((1.0, 450, 900), (0.9, 1000, 1700), (0.3, 2300, 3600))
        )
        shape = np.minimum(1, u / 0.08) * np.exp(-3 * np.maximum(u - 0.35, 0)) * np.minimum(1, (1 - u) / 0.15)
        add_at(x, np.tanh(1.5 * bark / rms(bark)) * shape * rng.uniform(0.75, 1), int(start * SAMPLE_RATE))
    echo = np.roll(x, round(0.09 * SAMPLE_RATE))
    echo[: round(0.09 * SAMPLE_RATE)] = 0
    return x + 0.1 * band(echo, None, 1500), caption
