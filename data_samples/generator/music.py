"""Music: the recorded instruments of the Fluid soundfont play single notes and short phrases, rendered by
fluidsynth."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from . import common
from .common import Clip, Job, Note
from .midi import write_midi
from .singing import hz, note_name

SOUNDFONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/soundfonts/FluidR3_GM.sf2")
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11, 12), (0, 2, 3, 5, 7, 8, 10, 12)


@dataclass(frozen=True)
class Instrument:
    """One instrument: label, words of the caption, General MIDI program, its five single notes, level in dBFS."""

    label: str
    words: str
    program: int
    notes: tuple[int, ...]
    level: float = -25


INSTRUMENTS = (
    Instrument("grand_piano", "a grand piano", 0, (48, 55, 60, 67, 74), -27),
    Instrument("vibraphone", "a vibraphone", 11, (57, 62, 65, 71, 76), -27),
    Instrument("marimba", "a marimba", 12, (48, 55, 60, 64, 72), -29),
    Instrument("organ", "a church organ", 19, (48, 52, 59, 64, 69), -26),
    Instrument("acoustic_guitar", "an acoustic guitar", 24, (45, 52, 57, 60, 67), -28),
    Instrument("electric_bass", "an electric bass", 33, (31, 36, 40, 43, 48), -19),
    Instrument("violin", "a violin", 40, (60, 64, 69, 74, 79), -26),
    Instrument("cello", "a cello", 42, (40, 45, 50, 55, 60), -25),
    Instrument("harp", "a harp", 46, (52, 57, 64, 69, 76), -29),
    Instrument("trumpet", "a trumpet", 56, (58, 62, 65, 70, 74), -25),
    Instrument("alto_saxophone", "an alto saxophone", 65, (53, 57, 60, 65, 70), -25),
    Instrument("flute", "a flute", 73, (62, 67, 71, 76, 81), -26),
)

# shape of a phrase -> (words before the instrument, steps of the scale, length of each note in beats)
PHRASES = {
    "melody": ("a short melody on", (0, 2, 4, 3, 1, 0), (1, 1, 1, 1, 1, 2)),
    "rising": ("a rising scale on", (0, 1, 2, 3, 4, 5), (1, 1, 1, 1, 1, 2)),
    "falling": ("a falling scale on", (7, 6, 5, 4, 3, 2), (1, 1, 1, 1, 1, 2)),
    "arpeggio": ("a broken chord on", (0, 2, 4, 7, 4, 2), (1, 1, 1, 1, 1, 2)),
    "slow": ("a slow tune on", (4, 2, 0), (2, 2, 3)),
}


def find_soundfont() -> str:
    """Find FluidR3_GM.sf2 of the package fluid-soundfont-gm."""
    for path in SOUNDFONTS:
        if Path(path).is_file():
            return path
    raise FileNotFoundError(f"none of {', '.join(SOUNDFONTS)} exists; see README.md for the Debian packages")


def render(notes: list[Note], program: int, velocity: int, tail: float) -> np.ndarray:
    """Play notes on a General MIDI program: waveform at 16 kHz, `tail` s longer than the notes."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "in.mid", Path(folder) / "out.wav"
        write_midi(midi, notes, program, velocity, rest=tail)
        common.run_program(
            "fluidsynth",
            "-ni",
            "-q",
            "-R",
            "0",
            "-C",
            "0",
            "-g",
            "0.7",
            "-r",
            "48000",
            "-O",
            "float",
            "-T",
            "wav",
            "-F",
            str(wav),
            find_soundfont(),
            str(midi),
        )
        x, rate = soundfile.read(wav, always_2d=True)
    x = common.to_rate(x.mean(1), rate)
    length = round((max(n.onset + n.duration for n in notes) + tail) * common.SAMPLE_RATE)
    return np.pad(x, (0, max(0, length - len(x))))[:length]


def music_clip(
    instrument: Instrument, path: str, notes: list[Note], text: str, label: str, split: str, note: str, seed: int
) -> Clip:
    """Render one clip, louder or softer by the draw of its path; phrases keep their notes as a MIDI file."""
    rng = common.rng_for(seed, "music", path)
    velocity = int(rng.integers(70, 115))
    x = render(notes, instrument.program, velocity, tail=0.2)
    x = common.fade(common.set_level(x, instrument.level + (velocity - 90) / 10), 0.001, 0.12)
    single = len(notes) == 1
    return Clip(
        path,
        "music",
        x,
        text,
        "",
        label,
        split,
        licence=common.SOUNDFONT_LICENCE,
        attribution="Fluid (R3) General MIDI SoundFont by Frank Wen, rendered with fluidsynth",
        f0_hz=float(hz(notes[0].midi)) if single else None,
        notes=[] if single else notes,
        program=instrument.program,
        note=f"{note}velocity {velocity}",
    )


def phrase(rng: np.random.Generator, instrument: Instrument, shape: str) -> tuple[list[Note], str]:
    """Lay out one phrase of about 1.9 s from a low note of the instrument; return it and 'major' or 'minor'."""
    _, steps, beats = PHRASES[shape]
    mode = "major" if rng.random() < 0.6 else "minor"
    scale = MAJOR if mode == "major" else MINOR
    root = instrument.notes[1] + int(rng.integers(-3, 4))
    beat = 1.65 / sum(beats) * rng.uniform(0.92, 1.08)
    onset = 0.0
    notes = []
    for step, length in zip(steps, beats):
        notes.append(Note(round(onset, 4), round(length * beat * 0.96, 4), root + scale[step]))
        onset += length * beat
    return notes, mode


def jobs(seed: int) -> list[Job]:
    """List five single notes and three phrases per instrument; of each sort a part is held out."""
    listed: list[Job] = []

    def add(*arguments) -> None:
        listed.append((arguments[1], lambda: music_clip(*arguments, seed)))

    shapes = tuple(PHRASES)
    for i, instrument in enumerate(INSTRUMENTS):
        rng = common.rng_for(seed, "music", instrument.label)
        for j, midi in enumerate(instrument.notes):
            name = note_name(midi)
            add(
                instrument,
                f"music/{instrument.label}/note_{name.replace('#', 's')}",
                [Note(0.0, round(rng.uniform(0.9, 1.1), 3), midi)],
                f"{instrument.words}, note {name}",
                f"{instrument.label};{name};midi={midi}",
                "valid" if j == 1 + i % 3 and i % 2 else "train",
                "",
            )
        for j in range(3):
            shape = shapes[(i + 2 * j) % len(shapes)]
            notes, mode = phrase(rng, instrument, shape)
            add(
                instrument,
                f"music/{instrument.label}/{shape}",
                notes,
                f"{PHRASES[shape][0]} {instrument.words}",
                instrument.label,
                "valid" if j == 1 and i % 2 == 0 else "train",
                f"{mode}; ",
            )
    return listed
