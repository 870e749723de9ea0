"""Sounds of the world by own synthesis: sixteen classes, six variants of 1.5 s each, with captions."""
from . import common, sounds_made, sounds_nature
from .common import SAMPLE_RATE, Clip, Job

SECONDS = 1.5
VARIANTS = 6

# label -> (what makes it, level in dBFS); each function takes (rng, samples, variant) and returns (waveform, caption)
CLASSES = {
    "rain": (sounds_nature.rain, -30), "wind": (sounds_nature.wind, -29), "sea_waves": (sounds_nature.sea_waves, -30),
    "thunder": (sounds_nature.thunder, -25), "crackling_fire": (sounds_nature.crackling_fire, -31),
    "water_drops": (sounds_nature.water_drops, -30), "birds": (sounds_nature.birds, -28), "dog": (sounds_nature.dog, -24),
    "church_bell": (sounds_made.church_bell, -25), "siren": (sounds_made.siren, -25), "clock_tick": (sounds_made.clock_tick, -32),
    "engine": (sounds_made.engine, -25), "footsteps": (sounds_made.footsteps, -30), "knocking": (sounds_made.knocking, -28),
    "telephone": (sounds_made.telephone, -27), "helicopter": (sounds_made.helicopter, -26),
}


def sound_clip(label: str, variant: int, split: str, seed: int) -> Clip:
    """Make one variant of a class."""
    make, level = CLASSES[label]
    rng = common.rng_for(seed, "sound", label, variant)
    x, caption = make(rng, round(SECONDS * SAMPLE_RATE), variant)
    x = common.fade(common.set_level(x, level + rng.uniform(-2, 2)), 0.002, 0.05)
    return Clip(f"sound/{label}/{label}_{variant}", "sound", x, caption, "", label, split, note="synthesised")


def jobs(seed: int) -> list[Job]:
    """List all classes and variants; one variant of each class is held out."""
    def make(label: str, variant: int, held_out: int):
        return lambda: sound_clip(label, variant, "valid" if variant == held_out else "train", seed)

    return [(f"sound/{label}_{v}", make(label, v, 2 + i % 4)) for i, label in enumerate(CLASSES) for v in range(VARIANTS)]
