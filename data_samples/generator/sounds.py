"""Sounds of the world by own synthesis: sixteen classes, six variants of 1.5 s each, with captions."""

from . import common, sounds_made, sounds_nature
from .common import SAMPLE_RATE, Clip, Job

SECONDS = 1.5
VARIANTS = 6

# label -> (what makes it, level in dBFS, variant that is held out: one whose like stays in train)
# each function takes (rng, samples, variant) and returns (waveform, caption)
CLASSES = {
    "rain": (sounds_nature.rain, -30, 5),
    "wind": (sounds_nature.wind, -29, 0),
    "sea_waves": (sounds_nature.sea_waves, -30, 5),
    "thunder": (sounds_nature.thunder, -25, 4),
    "crackling_fire": (sounds_nature.crackling_fire, -31, 3),
    "water_drops": (sounds_nature.water_drops, -30, 1),
    "birds": (sounds_nature.birds, -28, 0),
    "dog": (sounds_nature.dog, -24, 4),
    "church_bell": (sounds_made.church_bell, -25, 4),
    "siren": (sounds_made.siren, -25, 5),
    "clock_tick": (sounds_made.clock_tick, -32, 4),
    "engine": (sounds_made.engine, -25, 5),
    "footsteps": (sounds_made.footsteps, -30, 5),
    "knocking": (sounds_made.knocking, -28, 4),
    "telephone": (sounds_made.telephone, -27, 3),
    "helicopter": (sounds_made.helicopter, -26, 5),
}


def sound_clip(label: str, variant: int, seed: int) -> Clip:
    """Make one variant of a class."""
    make, level, held_out = CLASSES[label]
    rng = common.rng_for(seed, "sound", label, variant)
    x, caption = make(rng, round(SECONDS * SAMPLE_RATE), variant)
    x = common.fade(common.set_level(x, level + rng.uniform(-2, 2)), 0.002, 0.05)
    return Clip(
        f"sound/{label}/{label}_{variant}",
        "sound",
        x,
        caption,
        "",
        label,
        "valid" if variant == held_out else "train",
        note="synthesised",
    )


def jobs(seed: int) -> list[Job]:
    """List all classes and variants; one variant of each class is held out."""

    def job(label: str, variant: int) -> Job:
        return f"sound/{label}_{variant}", lambda: sound_clip(label, variant, seed)

    return [job(label, variant) for label in CLASSES for variant in range(VARIANTS)]
