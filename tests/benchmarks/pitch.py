"""How many pitch tokens are right? Measured on labelled notes of instruments, sung vowels and songs, beside other
detectors.

    python tests/benchmarks/pitch.py
        ours, YIN, torchaudio, and librosa's pYIN where librosa is installed
    python tests/benchmarks/pitch.py --out pitch.json

A token is a frame of 20 ms with a pitch, rounded to semitones after the median of 11 frames, as `notes.f0_to_notes`
does it; the other detectors' outputs get the same median and rounding, and are shown without it too. A token is right
if it is the labelled note. Two shares: of the tokens (frames that are said to have a pitch), and of all labelled
frames. librosa is no dependency of the library.
"""

import argparse
import json
import math
import time
from pathlib import Path

import torch
import torchaudio

from uniaudio_nb.audio import VOICE, pitch, track_pitch
from uniaudio_nb.corpora import read_corpora, read_alignment
from uniaudio_nb.conditions import f0_to_notes

DATA = Path(__file__).parents[3] / "shared" / "data"
RANGE = (65.0, 1200.0)  # Hz, range that the other detectors search in voices; ours always searches 26 to 4400 Hz


def of_yin(x):
    "YIN as in the notebook on pitch: decided frame by frame, from the same curve as ours."
    first, longest = int(16000 / VOICE[1]) - 1, math.ceil(16000 / VOICE[0])
    padded = torch.nn.functional.pad(x[0], ((1024 + longest - 320) // 2, 1024 + longest))
    frames = padded.unfold(0, 1024 + longest, 320)[: -(-x.shape[1] // 320)]
    energy = pitch._energies(frames, longest)
    difference = (energy[:, :1] + energy - 2 * pitch._correlations(frames, longest, 4096)).clamp(min=0)
    curve = pitch._normalise(difference[:, 1:])
    inner, is_dip = pitch._dips(curve, first)
    early, lowest = is_dip & (inner < 0.15), inner.where(is_dip, torch.inf).argmin(1)
    i = torch.where(early.any(1), early.int().argmax(1), lowest) + first
    hz = 16000 / (i + 1 + pitch._tip(*(difference.gather(1, (i + shift)[:, None])[:, 0] for shift in (0, 1, 2))))
    power = energy[:, 0] / 1024
    voiced = (curve.gather(1, i[:, None])[:, 0] < 0.4) & (power > 1e-7) & (power > power.max() * 10**-3.5)
    voiced &= (hz >= VOICE[0]) & (hz <= VOICE[1])
    return hz * voiced, voiced


def of_torchaudio(x):
    hz = torchaudio.functional.detect_pitch_frequency(x, 16000, frame_time=0.02, freq_low=RANGE[0], freq_high=RANGE[1])[
        0
    ]
    return hz, hz > 0


def of_librosa(x):
    import librosa

    hz, voiced, _ = librosa.pyin(
        x[0].numpy(), fmin=RANGE[0], fmax=RANGE[1], sr=16000, frame_length=2048, hop_length=320
    )
    return torch.from_numpy(hz).float().nan_to_num(0.0), torch.from_numpy(voiced)


def tokens(hz, voiced, frames):
    "Round to semitones after a median of so many frames; 0 where there is no pitch."
    midi = torch.where(voiced, 69 + 12 * torch.log2(hz.clamp(min=1) / 440), torch.nan)
    midi = (
        torch.nn.functional.pad(midi, (frames // 2, frames // 2), value=math.nan)
        .unfold(0, frames, 1)
        .nanmedian(-1)
        .values
    )
    return torch.where(voiced, midi.nan_to_num(0.0).round(), 0.0)


def labels(recording, n):
    "The labelled note of each frame, 0 where there is none (songs: only the vowels count)."
    if recording.midi_number:
        return torch.full((n,), recording.midi_number)
    wanted, centres = torch.zeros(n, dtype=torch.long), (torch.arange(n) + 0.5) / 50
    for start, end, phoneme, midi in read_alignment(recording.labels):
        if midi and phoneme in "aiueo":
            wanted[(centres >= start) & (centres < end)] = midi
    return wanted


def measure(recordings, detector, frames):
    seconds, began = 0.0, time.process_time()
    tracks = []
    for r in recordings:
        x = r.load()
        frames_missing = -(-x.shape[1] // 320) - len((track := detector(x))[0])  # torchaudio leaves out the last ones
        tracks.append([torch.nn.functional.pad(part, (0, frames_missing)) for part in track])
        seconds += x.shape[1] / 16000
    speed = seconds / (time.process_time() - began)
    rows = {}
    for n in frames:
        right = said = labelled = mostly = 0
        for r, track in zip(recordings, tracks, strict=True):
            ids = tokens(*track, n)
            wanted = labels(r, len(ids))
            hit = (ids == wanted) & (wanted > 0)
            right = right + int(hit.sum())
            said = said + int(((ids > 0) & (wanted > 0)).sum())
            labelled = labelled + int((wanted > 0).sum())
            mostly += bool(2 * hit.sum() > ((ids > 0) & (wanted > 0)).sum())
        rows[n] = {
            "of_tokens": right / said,
            "of_frames": right / labelled,
            "tokens": said,
            "frames": labelled,
            "recordings_mostly_right": mostly / len(recordings),
            "recordings": len(recordings),
            "times_real_time": speed,
        }
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", default=str(DATA), help="folder with the corpora; default: ../shared/data beside the project"
    )
    parser.add_argument("--out", help="JSON file to write")
    args = parser.parse_args()
    singing = read_corpora(Path(args.data) / "singing")
    groups = {
        "instrument notes": read_corpora(Path(args.data) / "instrument_notes"),
        "sung vowels": [r for r in singing if r.midi_number],
        "vowels of songs": [r for r in singing if r.labels],
    }
    detectors = {
        "track_pitch (ours)": lambda x: track_pitch(x, 16000),
        "YIN": of_yin,
        "torchaudio": of_torchaudio,
    }
    try:
        import librosa  # noqa: F401
    except ImportError:
        print("librosa is not installed: no pYIN")
    else:
        detectors["pYIN (librosa)"] = of_librosa
    x = groups["sung vowels"][0].load()
    assert torch.equal(tokens(*track_pitch(x, 16000), 11).long(), f0_to_notes(x, 16000)), (
        "the tokens measured here are the library's"
    )
    result = {}
    print(
        "| | detector | median | right, of tokens | right, of labelled frames | recordings mostly right | times real "
        "time |\n|---|---|---|---|---|---|---|"
    )
    for group, recordings in groups.items():
        for name, detector in detectors.items():
            if group == "instrument notes" and name in ("torchaudio", "pYIN (librosa)"):
                continue  # both would need other ranges and windows for seven octaves
            for n, row in measure(recordings, detector, (1, 11)).items():
                result.setdefault(group, {}).setdefault(name, {})[n] = row
                print(
                    f"| {group} | {name} | {n} | {row['of_tokens']:.1%} of {row['tokens']} | {row['of_frames']:.1%} of "
                    f"{row['frames']} | {row['recordings_mostly_right']:.1%} of {row['recordings']} | "
                    f"{row['times_real_time']:.0f} |",
                    flush=True,
                )
    if args.out:
        Path(args.out).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
