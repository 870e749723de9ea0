"""The aligner on real recordings: trained on their texts, measured where the truth is known.

    python tests/benchmarks/alignment.py --data ../shared/data --run /tmp/aligner  10 minutes on one core; goes on
    python tests/benchmarks/alignment.py --data ../shared/data --run /tmp/words --words  8 minutes: borders of words

Truth: the voices of flite print when they say each phoneme (`flite -psdur`, Debian's package `flite`); the aligner
never hears them in training. Beside it stands what `share_frames` says when it is told where the first phoneme begins
and the last ends. A second table compares ways to predict durations on recordings that nothing was trained on: class
lengths, per-phoneme averages, the network of conditions/05_durations. With `--words`: how far off are the borders of
words that speech editing estimates without an aligner? For the samples that flite made the truth is printed by flite
anew; for real sentences the distance is that from an aligner, whose own error stands beside it.
"""

import argparse, json, random, re, shutil, subprocess, sys, tempfile
from pathlib import Path

import torch

from uniaudio_nb.audio import load_audio
from uniaudio_nb.corpora import AudioCache, read_corpora, assign_splits
from uniaudio_nb.engine import LoopConfig
from uniaudio_nb.conditions import aligner_examples, is_loud, train_aligner, AverageDurations, duration_error
from uniaudio_nb.conditions import measure_durations, train_durations, ARPABET, class_durations, share_frames
from uniaudio_nb.conditions import text_to_phonemes
from uniaudio_nb.tasks import Pool, plain_words
from uniaudio_nb.tasks.simulate_speech import _timed

FLITE = {
    **{key.lower(): value for key, value in ARPABET.items()},
    "ax": "ə",
    "pau": "sil",
    "h#": "sil",
    "hv": "h",
    "dx": "ɾ",
    "axr": "ɚ",
    "el": "l",
    "em": "m",
    "en": "n",
}
SENTENCES = """The old house stands beside a quiet river.
Please bring me seven green apples and some cheese.
She could not find her keys this morning.
We walked through the forest until the sun went down.
His brother works at a school near the station.
They never thought that it would rain so hard.
A small dog jumped over the garden wall.
Music and laughter filled the large room.""".splitlines()


def spoken():  # (waveform, rows) of each voice and sentence
    with tempfile.TemporaryDirectory() as folder:
        for voice in ("slt", "rms", "awb", "kal16"):
            for text in SENTENCES:
                path = Path(folder) / "a.wav"
                start = 0.0
                rows = []
                out = subprocess.run(
                    ["flite", "-voice", voice, "-psdur", "-t", text, "-o", path],
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
                for entry in out.split():
                    label, end = entry.rsplit(":", 1)
                    rows.append((start, float(end), FLITE[label]))
                    start = float(end)
                yield load_audio(path, 16000)[0], [row for row in rows if row[2] != "sil"]


def speech(data, digits=400):  # train and valid recordings of English sentences and some digits
    recordings = [r for r in assign_splits(read_corpora(data)) if r.kind == "speech" and r.text and r.seconds < 16]
    few = [r for r in recordings if r.corpus == "fsdd"]
    return [r for r in recordings if r.corpus != "fsdd"] + (few[:: max(1, len(few) // digits)] if digits else [])


def train(data, run, steps):
    recordings = [r for r in speech(data) if r.split != "valid"]
    print(f"{len(recordings)} recordings, {sum(r.seconds for r in recordings) / 60:.1f} minutes")
    return train_aligner(
        [(r.load(16000), text_to_phonemes(r.text)) for r in recordings],
        run,
        LoopConfig(steps=steps, learning_rate=3e-3, log_every=50),
    )


def summary(errors):  # s
    errors = 1000 * torch.tensor(errors)
    return {
        "n": len(errors),
        "mean ms": round(errors.mean().item(), 1),
        "median ms": round(errors.median().item(), 1),
        "above 100 ms": round((errors > 100.5).float().mean().item(), 3),
    }


def flite_words(
    r,
):  # (start, end) of each word of a sample that flite made, s; None where flite joins the words into other phonemes
    sys.path.insert(0, "data_samples")
    from generator import common
    from generator.speech import VOICES

    voice, words = next(v for v in VOICES if v.name == r.speaker), plain_words(r.text).split()
    with tempfile.TemporaryDirectory() as folder:

        def phones(text, *more):
            out = subprocess.run(
                ["flite", "-voice", voice.voice, *more, "-psdur", "-t", text, "-o", f"{folder}/a.wav"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
            ends = [(FLITE[entry.rsplit(":", 1)[0]], float(entry.rsplit(":", 1)[1])) for entry in out]
            return [(start, end) for (_, start), (symbol, end) in zip([("", 0.0), *ends], ends) if symbol != "sil"]

        counts = [len(phones(word)) for word in words]
        rows = phones(
            r.text, "--setf", f"duration_stretch={1 / (float(re.search('rate ([0-9.]+)', r.note)[1]) * voice.rate):.4f}"
        )
        whole = load_audio(f"{folder}/a.wav", 16000)[0][0].numpy()
    cut = common.trim_silence(whole)
    before = next(i for i in range(len(whole)) if abs(whole[i : i + 50] - cut[:50]).max() < 1e-9)
    if sum(counts) != len(rows):
        return None
    scale, spans = r.seconds / len(cut), []
    for count in counts:
        spans.append(tuple(scale * (16000 * time - before) for time in (rows[0][0], rows[count - 1][1])))
        rows = rows[count:]
    return spans


def spans_of(r, cache, aligner):  # (start, end) of each word as speech editing has them, s
    said = Pool([r], "train", cache=cache).utterance(random.Random(0), text=True)
    return [
        (first / 50, last / 50)
        for _, first, last in _timed(
            Pool([r], "train", cache=cache, aligner=aligner), said, -(-said.waveform.shape[-1] // 320)
        )[1]
    ]


def words(data, run):
    result, cache = {}, AudioCache(16000)
    for name, folder, loop in (
        ("samples", "data_samples", LoopConfig(steps=350, learning_rate=3e-3)),
        ("real", data, LoopConfig(minutes=2, learning_rate=3e-3)),
    ):
        recordings = [r for r in assign_splits(read_corpora(folder)) if r.split == "train"]
        aligner, _ = train_aligner(
            aligner_examples(recordings, cache)[0], run / name, loop, width=64 if name == "samples" else 96
        )
        estimated, aligned = [], []
        for r in recordings:
            if (
                Pool([r], "train", cache=cache).unfit(r, text=True)
                or " " not in plain_words(r.text)
                or name == "samples"
                and not r.attribution.startswith("flite")
            ):
                continue
            guess, heard = (spans_of(r, cache, a) for a in (None, aligner))
            truth = flite_words(r) if name == "samples" else heard
            if truth is None:
                continue
            estimated += [abs(a - b) for x, y in zip(guess, truth, strict=True) for a, b in zip(x, y)]
            aligned += [abs(a - b) for x, y in zip(heard, truth, strict=True) for a, b in zip(x, y)]
        result[name] = {
            "estimated": summary(estimated),
            **(
                {"aligned": summary(aligned)}
                if name == "samples"
                else {"the aligner's own error": measure(aligner)["aligner"]}
            ),
        }
    return result


def measure(aligner):
    aligned, shared = [], []
    for waveform, truth in spoken():
        phonemes = [row[2] for row in truth]
        aligned += [1000 * abs(a[0] - b[0]) for a, b in zip(aligner.align(waveform, phonemes), truth, strict=True)]
        frames = share_frames(phonemes, round(100 * (truth[-1][1] - truth[0][0]))).tolist()
        shared += [1000 * abs(truth[0][0] + sum(frames[:i]) / 100 - row[0]) for i, row in enumerate(truth)]

    def within(errors):
        errors = torch.tensor(errors)
        return {
            "n": len(errors),
            "mean ms": round(errors.mean().item(), 1),
            "median ms": round(errors.median().item(), 1),
            "within 20 ms": round((errors <= 20.5).float().mean().item(), 3),
            "within 50 ms": round((errors <= 50.5).float().mean().item(), 3),
        }

    return {"aligner": within(aligned), "class lengths, given start and end": within(shared)}


def edges(aligner, data):  # real recordings: does the alignment begin and end where the sound does?
    errors = []
    for r in speech(data):
        if r.split != "valid":
            continue
        waveform = r.load(16000)
        loud = is_loud(aligner.features(waveform)).nonzero()
        rows = aligner.align(waveform, text_to_phonemes(r.text))
        errors += [1000 * abs(rows[0][0] - loud[0].item() / 100), 1000 * abs(rows[-1][1] - (loud[-1].item() + 1) / 100)]
    return {"n": len(errors), "median ms": round(torch.tensor(errors).median().item(), 1)}


def durations(aligner, data, run):  # of sentences, aligned; learned on the train split, asked about the valid split
    parts = {True: [], False: []}
    for r in speech(data, digits=0):
        phonemes = text_to_phonemes(r.text)
        parts[r.split != "valid"].append(
            (phonemes, measure_durations(phonemes, aligner.align(r.load(16000), phonemes)))
        )
    predictor, _ = train_durations(
        parts[True], run / "durations", LoopConfig(steps=300, learning_rate=1e-3, weight_decay=0.1, log_every=100)
    )
    predictor.save_pretrained(run / "predictor")
    ways = {"class lengths": class_durations, "averages": AverageDurations(parts[True]), "network": predictor.durations}
    return {
        "sentences": [len(parts[True]), len(parts[False])],
        **{f"{name}, ms": round(duration_error(way, parts[False]), 1) for name, way in ways.items()},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--words", action="store_true", help="borders of words, estimated and aligned")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if not shutil.which("flite"):
        parser.error("flite is not installed: its voices are the truth here")
    if options.words:
        print(json.dumps(words(options.data, options.run), indent=2))
        sys.exit()
    aligner, rows = train(options.data, options.run, options.steps)
    aligner.save_pretrained(options.run / "aligner")
    print(
        json.dumps(
            {
                "cross-entropy": [round(rows[0]["loss"], 3), round(rows[-1]["loss"], 3)],
                "starts of phonemes, flite": measure(aligner),
                "first and last sound, valid recordings": edges(aligner, options.data),
                "durations of held-out sentences": durations(aligner, options.data, options.run),
            },
            indent=2,
        )
    )
