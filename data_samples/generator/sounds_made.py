"""Bells, sirens, clocks, engines, steps, knocks, telephones and helicopters; each function returns (waveform,
caption)."""

import numpy as np
from scipy import signal

from .common import SAMPLE_RATE, add_at, band, rms, shaped_noise, wander
from .sounds_nature import decay, seconds, sweep


def ring(rng: np.random.Generator, n: int, modes: tuple) -> np.ndarray:
    """Add up decaying sines with random phases: modes are (Hz, t60 in s, amplitude)."""
    t = seconds(n)
    return sum(
        a * np.sin(2 * np.pi * f * t + rng.uniform(0, 2 * np.pi)) * decay(n, t60) for f, t60, a in modes if f < 7800
    )


def church_bell(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Bell: the partials of a church bell (hum, prime, minor third, fifth, octave ...), each split in two that beat."""
    pitch, starts, caption = (
        (440, (0.02,), "a church bell ringing once"),
        (260, (0.02,), "a deep church bell tolling"),
        (620, (0.02, 0.7, 1.35), "a small church bell ringing"),
        (520, (0.02, 1.0), "church bells chiming"),
        (350, (0.02, 1.1), "a bell in a tower striking"),
        (820, (0.02, 0.45, 0.9, 1.35, 1.75), "a bright bell ringing fast"),
    )[variant]
    partials = (
        (0.5, 6, 0.5),
        (1, 4, 0.7),
        (1.2, 3, 0.8),
        (1.5, 2, 0.35),
        (2, 2.4, 1.0),
        (2.5, 1.2, 0.35),
        (2.67, 1.0, 0.3),
        (3, 0.9, 0.4),
        (4, 0.7, 0.35),
        (5.3, 0.45, 0.2),
        (6.7, 0.3, 0.15),
        (8.2, 0.2, 0.1),
    )
    x = np.zeros(n)
    for i, start in enumerate(starts):
        f = pitch * (0.8 if variant == 3 and i % 2 else 1)
        modes = tuple(
            (f * ratio * split, t60 * (400 / pitch) ** 0.5, a / 2)
            for ratio, t60, a in partials
            for split in (1, 1 + rng.uniform(0.001, 0.004))
        )
        strike = band(rng.standard_normal(600), 1500, 6000, 1) * decay(600, 0.02)
        begin = int(start * SAMPLE_RATE)
        add_at(x, ring(rng, n - begin, modes) * rng.uniform(0.8, 1), begin)
        add_at(x, 0.5 * strike, begin)
    return x, caption


def siren(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Siren: a horn whose pitch climbs and falls, or jumps between two notes; the horn adds odd harmonics."""
    t = seconds(n)
    low, high = 600 * rng.uniform(0.9, 1.1), 1400 * rng.uniform(0.9, 1.1)

    def between(u: np.ndarray) -> np.ndarray:
        return low * (high / low) ** u

    f, caption = (
        (lambda: between(0.5 - 0.5 * np.cos(2 * np.pi * t / 2.2)), "a police siren wailing"),
        (lambda: between(signal.sawtooth(2 * np.pi * 3.2 * t, 0.5) / 2 + 0.5), "a fast yelping siren"),
        (lambda: np.where(t % 1.1 < 0.55, 435, 580) * rng.uniform(0.97, 1.03), "an ambulance siren with two tones"),
        (lambda: 2300 * (1 + 0 * t), "an alarm beeping"),
        (lambda: between(np.minimum(1, t / 1.6) ** 0.6) * 0.55, "an air raid siren rising"),
        (lambda: 900 + 700 * (t * 2.5 % 1), "an alarm sweeping up again and again"),
    )[variant]
    f = f() if variant != 2 else band(f() - 500, None, 40, 1) + 500
    f = np.maximum(f, 100)
    x = sum(sweep(k * f) * (k * f < 7500) / k ** (1.2 if variant != 4 else 0.8) for k in (1, 2, 3, 4, 5, 7))
    if variant == 3:
        x = sweep(f) * np.clip(8 * np.sin(2 * np.pi * 4 * t) + 0.5, 0, 1) + 0.25 * sweep(3 * f) * np.clip(
            8 * np.sin(2 * np.pi * 4 * t), 0, 1
        )
    echo = np.concatenate([np.zeros(1900), x[:-1900]])  # a house front across the street
    return x + 0.25 * band(echo, None, 2500) + 4e-3 * shaped_noise(rng, n, -3), caption


def clock_tick(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Clock: the escapement clicks twice per swing, tick and tock, through the modes of its case."""
    per_s, body, caption = (
        (2, 2400, "a clock ticking"),
        (4, 3600, "a small alarm clock ticking fast"),
        (1.25, 900, "a grandfather clock ticking slowly"),
        (5, 4500, "a wrist watch ticking"),
        (2, 1500, "a wall clock going tick tock"),
        (3, 2900, "the ticking of an old clock"),
    )[variant]
    x, length = 1.5e-3 * shaped_noise(rng, n, -3), round(0.12 * SAMPLE_RATE)
    modes = [
        (body * r, rng.uniform(0.015, 0.05) * (2400 / body) ** 0.5, a)
        for r, a in ((1, 1), (1.6, 0.6), (2.3, 0.4), (0.37, 0.5))
    ]
    for i in range(int(per_s * n / SAMPLE_RATE) + 1):
        start = int((0.05 + i / per_s + rng.normal(0, 0.002)) * SAMPLE_RATE)
        shift = 1.0 if i % 2 else 0.82  # tock is lower
        tick = ring(rng, length, tuple((f * shift, t60, a) for f, t60, a in modes))
        tick += 0.8 * band(rng.standard_normal(length), 2000, 7500, 1) * decay(length, 0.008)
        add_at(x, tick * rng.uniform(0.85, 1), start)
        add_at(x, 0.35 * tick, start + round(0.018 * SAMPLE_RATE))  # the wheel falls on the other pallet
    return np.tanh(2 * x / np.abs(x).max()), caption  # the strongest ticks a little softer


def engine(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Engine: cylinders fire one after the other, each a little different; the exhaust pipe rings after every
    stroke."""
    # strokes per second at start and end, cylinders, exhaust resonance in Hz, roughness
    first, last, cylinders, pipe, rough, caption = (
        (28, 28, 4, 110, 0.25, "a car engine idling"),
        (40, 130, 4, 160, 0.2, "a car engine revving up"),
        (14, 14, 1, 70, 0.4, "an old tractor engine chugging"),
        (75, 190, 2, 260, 0.25, "a motorcycle accelerating"),
        (95, 90, 1, 420, 0.5, "a lawn mower running"),
        (60, 34, 6, 85, 0.2, "a truck engine slowing down"),
    )[variant]
    rate = np.linspace(first, last, n) * (1 + 0.02 * wander(rng, n, 8))
    phase = np.cumsum(rate) / SAMPLE_RATE
    starts = np.flatnonzero(np.diff(np.floor(phase)) > 0)
    strength = rng.uniform(0.65, 1, cylinders)
    length = round(0.09 * SAMPLE_RATE)
    x = np.zeros(n)
    for i, start in enumerate(starts):
        t60 = min(0.09, 2.2 / rate[start])
        stroke = sum(
            a * np.sin(2 * np.pi * pipe * r * seconds(length)) * decay(length, t60 / r**0.4)
            for r, a in ((1, 1), (2.1, 0.7), (3.4, 0.5), (5.2, 0.35), (8.1, 0.2))
        )
        stroke += rough * 2 * band(rng.standard_normal(length), 150, 1800, 1) * decay(length, 0.6 * t60)
        add_at(x, stroke * strength[i % cylinders] * rng.uniform(1 - rough / 2, 1), start)
    clatter = band(rng.standard_normal(n), 900, 3000) * (0.5 + 0.5 * np.cos(2 * np.pi * phase))
    return band(np.tanh(x / rms(x) * 0.8), None, 2600, 1) + 0.1 * clatter / rms(clatter), caption


def footsteps(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Steps: heel, then sole; wood answers with a few low modes, gravel with hundreds of grains, snow with creaks."""
    gap, ground, caption = (
        (0.55, "wood", "footsteps on a wooden floor"),
        (0.5, "gravel", "someone walking on gravel"),
        (0.3, "wood", "someone running on a wooden floor"),
        (0.52, "stone", "high heels walking on stone"),
        (0.65, "snow", "footsteps in deep snow"),
        (0.8, "wood", "slow heavy footsteps on old boards"),
    )[variant]
    x = 1.5e-3 * shaped_noise(rng, n, -3)
    start = 0.06
    length = round(0.3 * SAMPLE_RATE)
    size = 0.75 if variant == 5 else 1.0
    while start < 1.9:
        step = np.zeros(length)
        for part, (delay, loud) in enumerate(((0.0, 1.0), (rng.uniform(0.08, 0.11), 0.45))):
            at, left = round(delay * SAMPLE_RATE), length - round(delay * SAMPLE_RATE)
            if ground == "wood":
                hit = ring(
                    rng,
                    left,
                    tuple(
                        (size * f * rng.uniform(0.93, 1.07), t, a)
                        for f, t, a in ((95, 0.16, 1.0), (180, 0.12, 0.8), (340, 0.08, 0.5), (720, 0.05, 0.25))
                    ),
                )
                hit += 0.5 * band(rng.standard_normal(left), 300, 2500, 1) * decay(left, 0.03)
            elif ground == "stone":
                f = 1500 if part == 0 else 900
                hit = ring(rng, left, ((f, 0.04, 0.8), (2.3 * f, 0.03, 0.5), (210, 0.05, 0.4)))
                hit += band(rng.standard_normal(left), 1500, 7000, 1) * decay(left, 0.015)
            elif ground == "gravel":
                grains = (rng.random(left) < 0.05) * np.minimum(rng.pareto(1.8, left), 4) * decay(left, 0.35)
                hit = 1.5 * band(grains * rng.choice([-1, 1], left), 900, 6500, 1)
            else:
                grains = rng.standard_normal(left) * (rng.random(left) < 0.35)
                shape = np.sin(np.pi * np.minimum(1, seconds(left) / 0.22)) ** 2
                hit = 0.5 * band(grains, 350, 2600, 1) * shape * (0.6 + 0.4 * np.sin(2 * np.pi * 55 * seconds(left)))
            add_at(step, loud * hit, at)
        add_at(x, step * rng.uniform(0.75, 1), int(start * SAMPLE_RATE))
        start += gap * rng.uniform(0.95, 1.05)
    return x, caption


def knocking(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Knocks: a knuckle or a hammer hits a plate; thick wood is low and dull, metal rings on."""
    starts, pitch, t60, caption = (
        ((0.06, 0.3, 0.54), 210, 0.13, "three knocks on a door"),
        ((0.06, 0.2, 0.34, 0.48, 0.62, 1.1, 1.24), 260, 0.1, "someone knocking fast on a door"),
        ((0.08, 0.75, 1.4), 110, 0.22, "loud slow banging on a heavy door"),
        ((0.06, 0.28, 0.5, 1.2, 1.42), 520, 0.4, "knocking on a metal door"),
        ((0.06, 0.26), 380, 0.07, "a soft double knock on wood"),
        ((0.05, 0.4, 0.58, 0.78, 0.98, 1.4, 1.6), 300, 0.1, "a rhythm knocked on a table"),
    )[variant]
    ratios = ((1, 1), (1.62, 0.7), (2.4, 0.5), (3.3, 0.35), (4.9, 0.2), (7.1, 0.12))
    x, length = 1e-3 * shaped_noise(rng, n, -3), round(0.6 * SAMPLE_RATE)
    own = [(pitch * r * rng.uniform(0.96, 1.04), t60 * (r**-0.5 if variant != 3 else 1), a) for r, a in ratios]
    for start in starts:
        hit = ring(rng, length, tuple((f, t, a * rng.uniform(0.7, 1)) for f, t, a in own))
        hit += 0.8 * band(rng.standard_normal(length), 500, 4000, 1) * decay(length, 0.012)
        add_at(x, hit * rng.uniform(0.7, 1), int((start + rng.normal(0, 0.006)) * SAMPLE_RATE))
    return x, caption


def telephone(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Telephone: an old one beats two small gongs twenty times a second; a new one warbles between tones."""
    caption = (
        "an old telephone ringing",
        "a telephone ringing with a warble",
        "an office phone ringing",
        "a telephone bell ringing twice",
        "a mobile phone playing a ring tone",
        "a phone buzzing and beeping",
    )[variant]
    t = seconds(n)
    x = 1.5e-3 * shaped_noise(rng, n, -3)
    if variant in (0, 3):
        gongs = (1150 * rng.uniform(0.9, 1.1), 1420 * rng.uniform(0.9, 1.1))
        bursts = ((0.03, 1.5),) if variant == 0 else ((0.03, 0.6), (0.9, 1.5))
        starts = np.concatenate([np.arange(*burst, 0.045) for burst in bursts])
        for i, start in enumerate(starts):
            f, begin = gongs[i % 2], int(start * SAMPLE_RATE)
            stroke = ring(rng, n - begin, ((f, 0.5, 1), (2.3 * f, 0.35, 0.6), (3.9 * f, 0.2, 0.4), (5.1 * f, 0.1, 0.2)))
            add_at(x, stroke * rng.uniform(0.8, 1), begin)
        return x, caption
    if variant == 4:
        for i, step in enumerate((12, 16, 19, 16, 12, 16, 19, 24, 19, 16)):
            length = round(0.17 * SAMPLE_RATE)
            f = 523.25 * 2 ** (step / 12)
            tone = (np.sign(np.sin(2 * np.pi * f * t[:length])) * 0.4 + np.sin(2 * np.pi * f * t[:length])) * decay(
                length, 0.5
            )
            add_at(x, band(tone, 400, 6000, 1), int((0.03 + 0.19 * i) * SAMPLE_RATE))
        return x, caption
    if variant == 5:
        buzz = sum(np.sin(2 * np.pi * 165 * k * t) / k for k in range(1, 15)) * (t % 1.0 < 0.45)
        beep = np.sin(2 * np.pi * 2050 * t) * (t % 1.0 > 0.55) * (t % 0.2 < 0.1)
        return x + 0.5 * band(buzz, 120, 2500, 1) + 0.7 * beep, caption
    tones, speed = ((1000, 1320), 16) if variant == 1 else ((440, 480), 0)
    on = (t % 1.2 < 0.9) if variant == 1 else (t > 0.02) & (t < 1.6)
    tone = (
        sweep(np.where(t * speed % 1 < 0.5, *tones))
        if speed
        else np.sin(2 * np.pi * 440 * t) + np.sin(2 * np.pi * 480 * t)
    )
    return x + band((tone + 0.2 * np.tanh(3 * tone)) * on, 250, 4000, 1), caption


def helicopter(rng: np.random.Generator, n: int, variant: int) -> tuple[np.ndarray, str]:
    """Helicopter: every passing blade slaps the air, low and dull, above the whine of the turbine."""
    blades, slap, whine, caption = (
        (12, 1.0, 0.10, "a helicopter flying"),
        (17, 0.7, 0.2, "a small helicopter hovering"),
        (9, 1.5, 0.05, "a heavy helicopter passing over"),
        (13, 1.0, 0.0, "a helicopter in the distance"),
        (15, 1.2, 0.3, "a helicopter starting to lift off"),
        (11, 1.3, 0.12, "a helicopter coming closer"),
    )[variant]
    t = seconds(n)
    rate = blades * (1 + 0.01 * wander(rng, n, 2)) * (np.linspace(0.75, 1.1, n) if variant == 4 else 1)
    phase = np.cumsum(rate) / SAMPLE_RATE
    pulse = np.exp(-(((phase % 1 - 0.3) / 0.1) ** 2))
    air = band(rng.standard_normal(n), 60, 350 if variant == 3 else 1100, 1)
    thump = pulse * np.sin(2 * np.pi * 70 * ((phase % 1) - 0.3) / blades)
    x = slap * (pulse + 0.12) * air / rms(air) + 1.2 * slap * thump / rms(thump)
    tone = rng.uniform(1600, 2600) * (np.linspace(0.7, 1.1, n) if variant == 4 else 1 + 0.005 * wander(rng, n, 3))
    x += whine * (sweep(tone + 0 * t) + 0.5 * sweep(1.5 * tone + 0 * t)) * (0.7 + 0.3 * pulse)
    x += 0.15 * band(rng.standard_normal(n), 1000, 5000, 1) * (0.4 + pulse) * (0 if variant == 3 else 1)
    return x * (np.linspace(0.35, 1, n) if variant == 5 else 1), caption
