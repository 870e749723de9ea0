"""The aligner on real recordings: trained on their texts, measured where the truth is known.

    python tests/benchmarks/alignment.py --data ../shared/data --run /tmp/aligner      # about 10 minutes on one core; goes on where it stopped

Truth: the voices of flite print when they say each phoneme (`flite -psdur`, Debian's package `flite`); the aligner never hears them in training.
Beside it stands what `share_frames` says when it is told where the first phoneme begins and the last ends. A second table compares ways to
predict durations on recordings that nothing was trained on: class lengths, per-phoneme averages, the network of 21_durations.
"""
import argparse, json, shutil, subprocess, tempfile
from pathlib import Path

import torch

from uniaudio_nb.alignment import is_loud, train_aligner
from uniaudio_nb.audio import load_audio
from uniaudio_nb.durations import AverageDurations, duration_error, measure_durations, train_durations
from uniaudio_nb.engine import LoopConfig
from uniaudio_nb.g2p import ARPABET
from uniaudio_nb.phonemes import class_durations, share_frames, text_to_phonemes
from uniaudio_nb.recordings import assign_splits, read_corpora

FLITE = {**{key.lower(): value for key, value in ARPABET.items()}, "ax": "ə", "pau": "sil", "h#": "sil", "hv": "h", "dx": "ɾ", "axr": "ɚ", "el": "l", "em": "m", "en": "n"}
SENTENCES = """The old house stands beside a quiet river.
Please bring me seven green apples and some cheese.
She could not find her keys this morning.
We walked through the forest until the sun went down.
His brother works at a school near the station.
They never thought that it would rain so hard.
A small dog jumped over the garden wall.
Music and laughter filled the large room.""".splitlines()


def spoken(): # (waveform, rows) of each voice and sentence
    with tempfile.TemporaryDirectory() as folder:
        for voice in ("slt", "rms", "awb", "kal16"):
            for text in SENTENCES:
                path, start, rows = Path(folder) / "a.wav", 0.0, []
                out = subprocess.run(["flite", "-voice", voice, "-psdur", "-t", text, "-o", path], capture_output=True, text=True, check=True).stdout
                for entry in out.split():
                    label, end = entry.rsplit(":", 1)
                    rows.append((start, float(end), FLITE[label]))
                    start = float(end)
                yield load_audio(path, 16000)[0], [row for row in rows if row[2] != "sil"]


def speech(data, digits=400): # train and valid recordings of English sentences and some digits
    recordings = [r for r in assign_splits(read_corpora(data)) if r.kind == "speech" and r.text and r.seconds < 16]
    few = [r for r in recordings if r.corpus == "fsdd"]
    return [r for r in recordings if r.corpus != "fsdd"] + (few[::max(1, len(few) // digits)] if digits else [])


def train(data, run, steps):
    recordings = [r for r in speech(data) if r.split != "valid"]
    print(f"{len(recordings)} recordings, {sum(r.seconds for r in recordings) / 60:.1f} minutes")
    return train_aligner([(r.load(16000), text_to_phonemes(r.text)) for r in recordings], run, LoopConfig(steps=steps, learning_rate=3e-3, log_every=50))


def measure(aligner):
    aligned, shared = [], []
    for waveform, truth in spoken():
        phonemes = [row[2] for row in truth]
        aligned += [1000 * abs(a[0] - b[0]) for a, b in zip(aligner.align(waveform, phonemes), truth, strict=True)]
        frames = share_frames(phonemes, round(100 * (truth[-1][1] - truth[0][0]))).tolist()
        shared += [1000 * abs(truth[0][0] + sum(frames[:i]) / 100 - row[0]) for i, row in enumerate(truth)]
    def summary(errors):
        errors = torch.tensor(errors)
        return {"n": len(errors), "mean ms": round(errors.mean().item(), 1), "median ms": round(errors.median().item(), 1), "within 20 ms": round((errors <= 20.5).float().mean().item(), 3), "within 50 ms": round((errors <= 50.5).float().mean().item(), 3)}
    return {"aligner": summary(aligned), "class lengths, given start and end": summary(shared)}


def edges(aligner, data): # real recordings: does the alignment begin and end where the sound does?
    errors = []
    for r in speech(data):
        if r.split != "valid": continue
        waveform = r.load(16000)
        loud = is_loud(aligner.features(waveform)).nonzero()
        rows = aligner.align(waveform, text_to_phonemes(r.text))
        errors += [1000 * abs(rows[0][0] - loud[0].item() / 100), 1000 * abs(rows[-1][1] - (loud[-1].item() + 1) / 100)]
    return {"n": len(errors), "median ms": round(torch.tensor(errors).median().item(), 1)}


def durations(aligner, data, run): # of sentences, aligned; learned on the train split, asked about the valid split
    parts = {True: [], False: []}
    for r in speech(data, digits=0):
        phonemes = text_to_phonemes(r.text)
        parts[r.split != "valid"].append((phonemes, measure_durations(phonemes, aligner.align(r.load(16000), phonemes))))
    predictor, _ = train_durations(parts[True], run / "durations", LoopConfig(steps=300, learning_rate=1e-3, weight_decay=0.1, log_every=100))
    predictor.save_pretrained(run / "predictor")
    ways = {"class lengths": class_durations, "averages": AverageDurations(parts[True]), "network": predictor.durations}
    return {"sentences": [len(parts[True]), len(parts[False])], **{f"{name}, ms": round(duration_error(way, parts[False]), 1) for name, way in ways.items()}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if not shutil.which("flite"): parser.error("flite is not installed: its voices are the truth here")
    aligner, rows = train(options.data, options.run, options.steps)
    aligner.save_pretrained(options.run / "aligner")
    print(json.dumps({"cross-entropy": [round(rows[0]["loss"], 3), round(rows[-1]["loss"], 3)], "starts of phonemes, flite": measure(aligner), "first and last sound, valid recordings": edges(aligner, options.data),
                      "durations of held-out sentences": durations(aligner, options.data, options.run)}, indent=2))
