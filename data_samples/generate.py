#!/usr/bin/env python
"""Make the audio of data_samples: speech, singing, music, sounds, noises and rooms, all from one seed."""

import argparse
import csv
import filecmp
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import soundfile
from tqdm import tqdm

from generator import common, music, noises, rooms, singing, sounds, speech
from generator.midi import write_midi

COLUMNS = (
    "path",
    "kind",
    "text",
    "speaker",
    "label",
    "split",
    "licence",
    "attribution",
    "labels",
    "midi",
    "gender",
    "f0_hz",
    "duration_s",
    "note",
)
PARTS = {"speech": speech, "singing": singing, "music": music, "sound": sounds, "noise": noises, "room": rooms}


def write_clip(folder: Path, clip: common.Clip) -> dict[str, str]:
    """Write audio, alignment and MIDI of a clip; return its row of the manifest."""
    paths = {"path": f"audio/{clip.path}.flac", "labels": "", "midi": ""}
    if clip.alignment:
        paths["labels"] = f"labels/{clip.path}.csv"
    if clip.notes:
        paths["midi"] = f"midi/{clip.path}.mid"
    for path in filter(None, paths.values()):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / paths["path"], clip.waveform, common.SAMPLE_RATE, subtype="PCM_16", compression_level=1.0)
    if clip.alignment:
        with open(folder / paths["labels"], "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("start_s", "end_s", "phoneme", "note", "midi"))
            writer.writerows(
                (f"{start:.3f}", f"{end:.3f}", phoneme, singing.note_name(midi), midi)
                for start, end, phoneme, midi in clip.alignment
            )
    if clip.notes:
        write_midi(folder / paths["midi"], clip.notes, clip.program)
    return {
        **paths,
        "kind": clip.kind,
        "text": clip.text,
        "speaker": clip.speaker,
        "label": clip.label,
        "split": clip.split,
        "licence": clip.licence,
        "attribution": clip.attribution,
        "gender": clip.gender,
        "f0_hz": f"{clip.f0_hz:.1f}" if clip.f0_hz else "",
        "duration_s": f"{len(clip.waveform) / common.SAMPLE_RATE:.4f}",
        "note": clip.note,
    }


def generate(folder: Path, seed: int, kinds: list[str], workers: int) -> None:
    """Write every clip of the kinds below `folder` with a manifest; files of an earlier run that are not made now
    go."""
    common.need_programs("flite", "espeak-ng", "fluidsynth")
    listed = [job for kind in kinds for job in PARTS[kind].jobs(seed)]
    with ThreadPoolExecutor(workers) as pool:
        rows = list(
            tqdm(
                pool.map(lambda job: write_clip(folder, job[1]()), listed), total=len(listed), desc="clips", unit="clip"
            )
        )
    with open(folder / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    made = {row[column] for row in rows for column in ("path", "labels", "midi")}
    for path in [p for part in ("audio", "labels", "midi") for p in sorted((folder / part).rglob("*.*"))]:
        if path.relative_to(folder).as_posix() not in made:
            path.unlink()


def differences(folder: Path, other: Path) -> list[str]:
    """List the files that two generated folders do not have in common, byte for byte."""

    def files(root: Path) -> set[str]:
        return {
            p.relative_to(root).as_posix() for part in ("audio", "labels", "midi") for p in (root / part).rglob("*.*")
        } | {"manifest.csv"}

    ours, theirs = files(folder), files(other)
    return sorted(ours ^ theirs) + [
        p for p in sorted(ours & theirs) if not filecmp.cmp(folder / p, other / p, shallow=False)
    ]


def main() -> int:
    """Read the command line and generate, or with --check compare a fresh generation with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent, help="folder to write to (default: this one)"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same bytes (default: 0)")
    parser.add_argument(
        "--kinds", nargs="+", choices=PARTS, default=list(PARTS), help="only these kinds (default: all)"
    )
    parser.add_argument("--workers", type=int, default=2, help="clips made at the same time (default: 2)")
    parser.add_argument("--check", action="store_true", help="generate into a temporary folder and compare with --out")
    options = parser.parse_args()
    if options.kinds != list(PARTS) and options.out.resolve() == Path(__file__).parent.resolve():
        parser.error("--kinds writes a part only: give another folder with --out")
    if not options.check:
        options.out.mkdir(parents=True, exist_ok=True)
        generate(options.out, options.seed, options.kinds, options.workers)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), options.seed, options.kinds, options.workers)
        different = differences(options.out, Path(folder))
    print("\n".join(different) or "every file is the same, byte for byte")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
