"""Room responses: image sources of a shoebox room, then a diffuse tail that falls by 60 dB in the room's T60."""

from dataclasses import dataclass

import numpy as np
from scipy import signal

from . import common
from .common import SAMPLE_RATE, Clip, Job

SOUND = 343.0  # m/s


@dataclass(frozen=True)
class Room:
    """One room: name, caption, edges in m, T60 in s, distance from the mouth to the microphone in m, split."""

    name: str
    text: str
    size: tuple[float, float, float]
    t60: float
    distance: float
    split: str = "train"


ROOMS = (
    Room("booth", "a small padded booth", (2.0, 1.6, 2.2), 0.20, 0.4),
    Room("bedroom", "a bedroom with carpet", (4.0, 3.2, 2.4), 0.32, 0.6),
    Room("office", "an office", (5.0, 4.0, 2.7), 0.45, 0.7),
    Room("living_room", "a living room", (6.0, 4.5, 2.6), 0.50, 0.9, "valid"),
    Room("kitchen", "a tiled kitchen", (3.6, 3.0, 2.5), 0.62, 0.5),
    Room("classroom", "a classroom", (9.0, 7.0, 3.2), 0.75, 1.4),
    Room("bathroom", "a tiled bathroom", (2.6, 2.0, 2.4), 0.85, 0.35),
    Room("staircase", "a staircase", (3.0, 5.0, 9.0), 1.05, 0.8),
    Room("gym", "a sports hall", (22.0, 14.0, 7.0), 1.30, 3.0, "valid"),
    Room("hall", "a stone hall", (18.0, 11.0, 8.0), 1.50, 2.5),
)


def response(rng: np.random.Generator, room: Room) -> np.ndarray:
    """Compute a response that starts at the direct sound: reflections by the image method (Allen and Berkley, 1979)
    with the wall loss that gives the T60, crossfaded over 60 ms into noise with the same decay; high frequencies die
    sooner."""
    size = np.array(room.size)
    source = size * rng.uniform(0.3, 0.7, 3)
    direction = rng.standard_normal(3) * (1, 1, 0.25)
    microphone = np.clip(source + direction / np.linalg.norm(direction) * room.distance, 0.15 * size, 0.85 * size)
    direct = np.linalg.norm(source - microphone)
    seconds = max(0.15, 0.8 * room.t60)
    n = round(seconds * SAMPLE_RATE)
    early = 0.09 if size.max() < 10 else 0.16  # s of image sources
    reach = np.ceil(early * SOUND / (2 * size) + 1).astype(int)
    volume, surface = size.prod(), 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    # Eyring, as a factor of pressure
    reflection = np.exp(-0.5 * 24 * np.log(10) / SOUND * volume / (surface * room.t60))
    grid = np.meshgrid(*(np.arange(-r, r + 1) for r in reach), *((0, 1),) * 3, indexing="ij")
    cells, flips = np.stack([g.ravel() for g in grid[:3]], 1), np.stack([g.ravel() for g in grid[3:]], 1)
    images = 2 * cells * size + (1 - 2 * flips) * source
    bounces = (np.abs(cells - flips) + np.abs(cells)).sum(1)
    distance = np.linalg.norm(images - microphone, axis=1)
    delay = (distance - direct) / SOUND * SAMPLE_RATE
    x = np.zeros(n + 64)
    for d, gain in zip(delay, reflection**bounces * direct / distance):
        if d < early * SAMPLE_RATE:  # a fractional delay: 32 taps of a windowed sinc
            taps = np.arange(32) - 15 - d % 1
            x[int(d) : int(d) + 32] += gain * np.sinc(taps) * (0.5 + 0.5 * np.cos(np.pi * taps / 17))
    x = x[15 : 15 + n]
    x[int(early * SAMPLE_RATE) :] = 0
    t = np.arange(n) / SAMPLE_RATE
    tail = rng.standard_normal(n) * 10 ** (-3 * t / room.t60)
    bright = signal.sosfilt(signal.butter(1, 2500, "high", fs=SAMPLE_RATE, output="sos"), tail)
    tail -= bright * (1 - 10 ** (-1.5 * t / room.t60))  # air and walls take the treble first
    join = slice(int((early - 0.06) * SAMPLE_RATE), int(early * SAMPLE_RATE))
    tail *= np.sqrt((x[join] ** 2).mean() / (tail[join] ** 2).mean())
    ramp = np.clip((t - early + 0.06) / 0.06, 0, 1)
    x = x * np.sqrt(1 - ramp) + tail * np.sqrt(ramp)
    x[-800:] *= np.linspace(1, 0, 800)
    return 0.9 * x / np.abs(x).max()


def measured_t60(x: np.ndarray) -> float:
    """Measure T60 from the slope of the backward integral between -5 and -25 dB."""
    energy = np.cumsum(x[::-1] ** 2)[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    a, b = np.argmax(level < -5), np.argmax(level < -25)
    return 60 * (b - a) / SAMPLE_RATE / (level[a] - level[b])


def room_clip(room: Room, seed: int) -> Clip:
    """Make one room; the note holds T60 asked and measured and the direct-to-reverberant ratio."""
    x = response(common.rng_for(seed, "room", room.name), room)
    direct = (x[:40] ** 2).sum() / (x[40:] ** 2).sum()
    return Clip(
        f"room/{room.name}",
        "room",
        x,
        room.text,
        "",
        room.name,
        room.split,
        note=f"T60={room.t60:.2f}s measured(T20)={measured_t60(x):.2f}s DRR={10 * np.log10(direct):.1f}dB; "
        f"{'x'.join(f'{s:g}' for s in room.size)} m, starts at the direct sound, peak 0.9",
    )


def jobs(seed: int) -> list[Job]:
    """List the rooms."""
    return [(f"room/{room.name}", lambda room=room: room_clip(room, seed)) for room in ROOMS]
