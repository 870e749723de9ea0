"""Speech: ten voices of flite and espeak-ng say digits and short sentences."""

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile

from . import common
from .common import Clip, Job

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Voice:
    """One speaker: the program's voice name, gender, level in dBFS, what to know, and its own rate and pitch."""

    name: str
    program: str  # flite or espeak-ng
    voice: str
    gender: str
    level: float
    note: str
    rate: float = 1.0  # above 1 is faster
    pitch: int = 50  # espeak-ng only, 0 to 99


VOICES = (
    Voice("slt", "flite", "slt", "F", -26, "CMU ARCTIC slt, US English, statistical voice from recordings", 0.88),
    Voice("rms", "flite", "rms", "M", -25, "CMU ARCTIC rms, US English, statistical voice from recordings"),
    Voice("awb", "flite", "awb", "M", -28, "CMU ARCTIC awb, Scottish English, statistical voice from recordings", 0.93),
    Voice("kal", "flite", "kal16", "M", -27, "kal, US English, recorded diphones", 0.92),
    Voice("annie", "espeak-ng", "en-us+Annie", "F", -26, "US English, formant synthesis", 1.0, 45),
    Voice("isla", "espeak-ng", "en-gb-scotland+f4", "F", -29, "Scottish English, formant synthesis", 0.95, 60),
    Voice("marie", "espeak-ng", "en-029+f3", "F", -25, "Caribbean English, formant synthesis", 0.9, 40),
    Voice("alicia", "espeak-ng", "en-us-nyc+Alicia", "F", -30, "New York English, formant synthesis", 1.05, 60),
    Voice("david", "espeak-ng", "en-us+david", "M", -25, "US English, formant synthesis", 0.9, 55),
    Voice("lee", "espeak-ng", "en-gb-x-rp+Lee", "M", -28, "British English, formant synthesis", 1.05, 65),
)

# Every speaker says these, so that one text has ten voices: true targets for voice conversion.
SHARED = (
    "The cat sat on the red chair.",
    "Where did you put my blue coat?",
    "Good morning, how are you today?",
    "We walk home, and it is cold.",
    "Please open the door for me!",
    "I like bread, milk and tea.",
    "The sun is warm in the summer.",
)
HELD_OUT = "Can you hear the rain at night?"  # said by all, only in valid: a sentence no model has trained on

# Two each, so that training hears more than the shared texts.
OWN = (
    "The boy ran to the big house.",
    "My mother made a fish soup.",
    "Wait, the light is green now!",
    "Is this your hat or mine?",
    "He sold the old boat last week.",
    "We sing a song, then we sleep.",
    "The moon is high over the sea.",
    "Do not run on the wet floor!",
    "A bird sat on the green tree.",
    "Her hand was cold, but soft.",
    "They play ball in the park.",
    "What time does the train leave?",
    "I can see five ships from here.",
    "The river is deep and slow.",
    "Look, it will snow this year!",
    "My father works with his hands.",
    "Give me the book, please.",
    "She has three small dogs.",
    "She wrote a long letter home.",
    "Stop, there is a car behind you!",
)


def say(voice: Voice, text: str, rate: float = 1.0, pitch: float = 1.0) -> np.ndarray:
    """Speak a text: waveform at 16 kHz, silence trimmed, at the speaker's level; rate and pitch are factors."""
    with tempfile.TemporaryDirectory() as folder:
        wav = str(Path(folder) / "out.wav")
        if voice.program == "flite":
            common.run_program(
                "flite",
                "-voice",
                voice.voice,
                "--setf",
                f"duration_stretch={1 / (rate * voice.rate):.4f}",
                "--setf",
                f"f0_shift={pitch:.4f}",
                "-t",
                text,
                "-o",
                wav,
            )
        else:
            common.run_program(
                "espeak-ng",
                "-v",
                voice.voice,
                "-s",
                str(round(150 * rate * voice.rate)),
                "-p",
                str(round(voice.pitch + 100 * (pitch - 1))),
                "-w",
                wav,
                text,
            )
        x, file_rate = soundfile.read(wav)
    x = common.trim_silence(common.to_rate(x, file_rate))
    return common.fade(common.set_level(x, voice.level))


def speech_clip(
    voice: Voice, path: str, text: str, label: str, split: str, rate: float, pitch: float, seed: int
) -> Clip:
    """Make the clip of one utterance; the level varies by 1 dB around the speaker's."""
    x = say(voice, text, rate, pitch) * 10 ** (common.rng_for(seed, "level", path).uniform(-1, 1) / 20)
    flite = voice.program == "flite"
    return Clip(
        path,
        "speech",
        x,
        text,
        voice.name,
        label,
        split,
        licence=common.FLITE_LICENCE if flite else common.OURS,
        attribution=f"flite voice {voice.voice}, Carnegie Mellon University"
        if flite
        else f"espeak-ng voice {voice.voice}",
        gender=voice.gender,
        f0_hz=common.median_f0(x, 60, 500),
        note=f"{voice.note}; rate {rate:.2f}" + ("" if pitch == 1 else f", pitch {pitch:.2f}"),
    )


def jobs(seed: int) -> list[Job]:
    """List all utterances: one or two takes of each digit, the shared sentences, the held-out one and two own ones."""
    listed: list[Job] = []

    def add(*arguments) -> None:
        listed.append((arguments[1], lambda: speech_clip(*arguments, seed)))

    for i, voice in enumerate(VOICES):
        rng = common.rng_for(seed, "speech", voice.name)
        for digit, word in enumerate(DIGITS):
            # Six digits per speaker have a second take; of two it is held out: over ten speakers, each digit twice.
            turn = (digit - i) % 5
            for take in (1, 2):
                valid = take == 2 and turn == 0
                rate, pitch = (
                    (rng.uniform(1.08, 1.2), 1.0) if take == 1 else (rng.uniform(0.92, 1.02), rng.uniform(0.9, 1.12))
                )
                if voice.name == "rms":
                    pitch = 1.0  # this voice ignores the setting
                if take == 1 or turn in (0, 1, 3):
                    add(
                        voice,
                        f"speech/digits/{voice.name}_{digit}_{take}",
                        word,
                        str(digit),
                        "valid" if valid else "train",
                        rate,
                        pitch,
                    )
        own = OWN[i :: len(VOICES)]
        for number, text in enumerate((*SHARED, HELD_OUT, *own), 1):
            # Held out: one text of all speakers, and one shared text of one speaker each (its other voices are trained
            # on).
            valid = text == HELD_OUT or number == 1 + i % len(SHARED)
            name = f"s{number:02d}" if text not in own else f"own{i:02d}{number - len(SHARED) - 1}"
            add(
                voice,
                f"speech/sentences/{voice.name}_{name}",
                text,
                "",
                "valid" if valid else "train",
                rng.uniform(1.1, 1.25),
                1.0,
            )
    return listed


@lru_cache(maxsize=None)
def babble_voices(seed: int, n_voices: int = 8) -> tuple[np.ndarray, ...]:
    """Sentences of the training texts for the babble noise, one voice after the other."""
    rng = common.rng_for(seed, "babble")
    texts = [t for t in SHARED if t != HELD_OUT]
    return tuple(
        np.concatenate([say(VOICES[v % len(VOICES)], t) for t in rng.permutation(texts)[:4]]) for v in range(n_voices)
    )
