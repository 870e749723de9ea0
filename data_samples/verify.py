#!/usr/bin/env python
"""Check the audio of data_samples against its manifest: files, levels, silence, splits, pitch of notes and singing."""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import soundfile
from tqdm import tqdm

from generator import common


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Read the manifest as a list of rows."""
    with open(folder / "manifest.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def first_sound(x: np.ndarray) -> float:
    """Seconds until the level of 10 ms first comes within 35 dB of the loudest."""
    power = np.convolve(x**2, np.ones(160) / 160, mode="same")
    return float(np.argmax(power > power.max() * 10**-3.5)) / common.SAMPLE_RATE


def semitones_off(x: np.ndarray, start: float, end: float, midi: int) -> float:
    """Distance of the median F0 between two times from a note, in semitones; inf when nothing is periodic."""
    f0 = common.median_f0(x[round(start * common.SAMPLE_RATE) : round(end * common.SAMPLE_RATE)], 40, 1100)
    return abs(12 * np.log2(f0 / 440) + 69 - midi) if f0 else float("inf")


def sung_off(folder: Path, row: dict[str, str], x: np.ndarray) -> float:
    """Largest distance over the vowels of a sung clip; a vowel's first 0.1 s may glide."""
    with open(folder / row["labels"], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if row["text"].split() != [r["phoneme"] for r in rows]:
        raise ValueError(f"{row['path']}: text and labels differ")
    vowels = [(float(r["start_s"]), float(r["end_s"]), int(r["midi"])) for r in rows if r["phoneme"] in "aiueo"]
    return max(semitones_off(x, start + 0.1, end, midi) for start, end, midi in vowels)


def check_clip(folder: Path, row: dict[str, str]) -> list[str]:
    """Return what is wrong with one clip."""
    wrong = []
    x, rate = soundfile.read(folder / row["path"])
    level, peak = 20 * np.log10(common.rms(x)), np.abs(x).max()
    tests = {
        "not 16 kHz mono": rate != common.SAMPLE_RATE or x.ndim != 1,
        "duration differs from the manifest": abs(len(x) / rate - float(row["duration_s"])) > 1e-3,
        f"level {level:.1f} dBFS": row["kind"] != "room" and not -35 <= level <= -15,
        f"peak {peak:.3f}": peak > 0.98,
        f"offset {x.mean():.5f}": abs(x.mean()) > 1e-3 and row["kind"] != "room",
        f"{first_sound(x):.2f} s of silence first": row["kind"] in ("speech", "singing", "music")
        and first_sound(x) > 0.15,
        "licence or attribution missing": not row["licence"] or not row["attribution"],
        "label or MIDI file missing": any(row[c] and not (folder / row[c]).is_file() for c in ("labels", "midi")),
    }
    return wrong + [what for what, bad in tests.items() if bad]


def main() -> int:
    """Check everything, print the table and what is wrong; exit code 1 when something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path(__file__).parent, help="folder of the manifest (default: this one)"
    )
    folder = parser.parse_args().folder
    rows = read_rows(folder)
    wrong = []
    off = defaultdict(list)
    counts = defaultdict(Counter)
    for row in tqdm(rows, desc="clips", unit="clip"):
        wrong += [f"{row['path']}: {what}" for what in check_clip(folder, row)]
        counts[row["kind"]].update({"clips": 1, "valid": row["split"] == "valid", "seconds": float(row["duration_s"])})
        x, _ = soundfile.read(folder / row["path"])
        if row["kind"] == "singing":
            off["singing"].append((sung_off(folder, row, x), row["path"]))
        elif row["kind"] == "music" and "midi=" in row["label"]:
            off["music"].append((semitones_off(x, 0.05, 0.8, int(row["label"].split("midi=")[1])), row["path"]))
    for kind, count in counts.items():
        if not 0 < count["valid"] < count["clips"]:
            wrong.append(f"{kind}: train or valid is empty")
        print(
            f"{kind:8} {count['clips']:4} clips, {count['valid']:3} of them valid, {count['seconds'] / 60:5.2f} minutes"
        )
    for kind, values in off.items():
        close = sum(value < 0.5 for value, _ in values)
        print(f"{kind}: pitch within half a semitone of the note in {close} of {len(values)} clips")
        print("\n".join(f"  {path}: off by {value:.2f}" for value, path in values if not value < 0.5) or "  all")
        if close < 0.95 * len(values):
            wrong.append(f"{kind}: pitch")
    trained = {(r["speaker"], r["label"]) for r in rows if r["kind"] == "speech" and r["split"] == "train"}
    wrong += [
        f"digit {r['label']} of {r['speaker']} is not in train"
        for r in rows
        if r["kind"] == "speech" and r["label"] and (r["speaker"], r["label"]) not in trained
    ]
    print("\n".join(wrong) or "nothing wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
