"""How good and how fast is a codec? Measured on the `valid` splits of real recordings, beside the original and beside
Codec 2.

    python tests/benchmarks/codec.py                         quality, speed and memory of the shipped codec
    python tests/benchmarks/codec.py --codec runs/c/codec    of another one
    python tests/benchmarks/codec.py --ship runs/c runs/d
        put the codec of the last of these runs into the package, with a card; each goes on from the one
        before, the first from nothing or from the codec that is shipped now
    python tests/benchmarks/codec.py --train-recognisers
        train the recognisers anew (original recordings of the train splits only)

Prints a table and writes JSON beside it (`--out`). Every mean over clips comes with its 95 % confidence interval;
shares of an accuracy are bootstrapped over clips (a clip counts by the share of right answers: notes are asked at
five speeds, of five judges). Needs the extra `metrics`; with Debian's package `codec2` installed, Codec 2 at 1600
bit/s is the classical peer.
"""

import argparse
import inspect
import json
import math
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torchaudio

from uniaudio_nb.audio import resample
from uniaudio_nb.corpora import read_corpora, assign_splits
from uniaudio_nb.engine import shipped_folder, write_card
from uniaudio_nb.metrics import mel_distance, si_sdr, stoi, Recogniser, train_recogniser
from uniaudio_nb.codec import Codec, CodecConfig, SpectralLoss, CodecTrainConfig, perplexity
from reference_seanet import ReferenceSEANet

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
# notes are heard at these, or a recogniser learns the notes instead of the instruments; they are asked at these, too
SPEEDS = (0.84, 0.92, 1.0, 1.08, 1.18)
RECOGNISERS = {  # name: (corpus, what it tells apart, steps, speeds, how many are trained, each with a seed of its own)
    "digits": ("fsdd", "text", 2500, (1.0,), 1),
    "speakers": ("fsdd", "speaker", 600, (1.0,), 1),
    "sounds": ("esc10", "label", 1200, (1.0,), 1),
    # 25 valid clips only: heard once each, luck decides (68 to 81 % for codecs that are alike)
    "instruments": ("instrument_notes", "label", 800, SPEEDS, 5),
}
SENTENCES = ("librispeech_mini", "vctk_mini")  # STOI is asked of these


def load(data):
    recordings = assign_splits([r for r in read_corpora(data) if r.kind != "room"])
    return [[r for r in recordings if r.split == split] for split in ("train", "valid")]


def train_recognisers(train):
    for name, (corpus, of, steps, speeds, judges) in RECOGNISERS.items():
        ours = [r for r in train if r.corpus == corpus]
        for seed in range(judges):
            train_recogniser(ours, of, HERE / "recognisers" / name / str(seed), steps=steps, seed=seed, speeds=speeds)
        print(f"trained {name}", flush=True)


def codec2(waveform):
    "Send [1, L] at 16 kHz through Codec 2 at 1600 bit/s."
    raw = (resample(waveform, 16000, 8000)[0] * 32767).round().clamp(-32768, 32767).short().numpy().tobytes()
    raw += bytes(2 * 640)  # its last frames stay inside
    bits = subprocess.run(["c2enc", "1600", "-", "-"], input=raw, capture_output=True, check=True).stdout
    sound = subprocess.run(["c2dec", "1600", "-", "-"], input=bits, capture_output=True, check=True).stdout
    sound = resample(
        torch.from_numpy(np.frombuffer(sound, dtype=np.int16).astype(np.float32) / 32768)[None], 8000, 16000
    )
    return torch.nn.functional.pad(sound, (0, max(0, waveform.shape[1] + 1600 - sound.shape[1])))


def interval(values):
    values = np.asarray(values, dtype=float)
    return {
        "mean": float(values.mean()),
        "ci95": float(1.96 * values.std(ddof=1) / math.sqrt(len(values))),
        "clips": len(values),
    }


def share(kept, original, seed=0):
    "Accuracy kept: sum of right answers through the codec over that of the originals, bootstrapped over clips."
    kept, original = np.asarray(kept, dtype=float), np.asarray(original, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(kept), (2000, len(kept)))
    ratios = kept[draws].sum(1) / np.maximum(original[draws].sum(1), 1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return {
        "original": float(original.mean()),
        "kept": float(kept.mean()),
        "share": float(kept.sum() / original.sum()),
        "ci95": [float(low), float(high)],
        "clips": len(kept),
    }


def class_of(recording, of):
    return recording.instrument if of == "label" else getattr(recording, of)


def other_ear(recordings, speeds, shrink=0.1):
    """An ear that no loss knows: a linear discriminant over means, deviations and movements of cepstra (MFCC);
    returns waveform [1, 1, L] -> name. It is unlike the recognisers, whose relatives the codec is trained to please
    (codec/08_training), and has learnt the same notes."""
    cepstrum = torchaudio.transforms.MFCC(16000, 20, melkwargs={"n_fft": 1024, "hop_length": 320, "n_mels": 64})

    def describe(x):
        c = cepstrum(x[0, 0] / x.abs().max().clamp(min=1e-6))
        c = c[:, c[0] > c[0].quantile(0.2)]  # the quietest fifth says more about the room
        return torch.cat([c.mean(1)[1:], c.std(1), c.diff(dim=1).abs().mean(1)]).numpy()

    described = [
        (r.instrument, describe(resample(r.load(16000), round(16000 * speed), 16000)[None]))
        for r in recordings
        for speed in speeds
    ]
    classes, X = sorted({name for name, _ in described}), np.stack([d for _, d in described])
    centre, scale = X.mean(0), X.std(0) + 1e-6
    X, names = (X - centre) / scale, np.array([name for name, _ in described])
    means = np.stack([X[names == name].mean(0) for name in classes])
    spread = np.cov((X - means[np.searchsorted(classes, names)]).T, bias=True)
    weights = means @ np.linalg.inv(
        (1 - shrink) * spread + shrink * np.trace(spread) / len(spread) * np.eye(len(spread))
    )
    return lambda x: classes[(weights @ ((describe(x) - centre) / scale) - (weights * means).sum(1) / 2).argmax()]


@torch.no_grad()
def quality(codec, train, valid):
    through = {"3": lambda x: codec.decode(codec.encode(x[None], n_codebooks=3))[0, :, : x.shape[1]]}
    through[str(codec.n_codebooks)] = lambda x: codec.decode(codec.encode(x[None]))[0, :, : x.shape[1]]
    if shutil.which("c2enc"):
        through["codec2"] = codec2
    result = {"perplexity": {}, "recognition": {}, "speech": {}, "sentences": {}}
    sounds = {r.path: r.load(codec.sample_rate) for r in valid}

    codes = [codec.encode(x[None])[0] for x in sounds.values()]
    every = torch.cat(codes, 1)
    result["perplexity"] = {
        "of": codec.codebook_size,
        "frames": every.shape[1],
        "codebooks": [perplexity(row, codec.codebook_size).item() for row in every],
    }

    for name, (corpus, of, _, speeds, n) in RECOGNISERS.items():
        judges = [Recogniser.load(HERE / "recognisers" / name / str(seed)) for seed in range(n)]
        ours = [r for r in valid if r.corpus == corpus and class_of(r, of) in judges[0].classes]
        heard = [
            [resample(sounds[r.path], round(codec.sample_rate * speed), codec.sample_rate) for speed in speeds]
            for r in ours
        ]
        decoded = {
            way: [[function(x)[None] for x in clip] for clip in heard]
            for way, function in {"original": lambda x: x, **through}.items()
        }
        ears = {name: [lambda x, judge=judge: judge.classes[judge.predict(x).argmax()] for judge in judges]}
        if name == "instruments":
            ears["instruments by another ear"] = [other_ear([r for r in train if r.corpus == corpus], speeds)]
        for title, ear in ears.items():  # per clip: the share of right answers, over its speeds and judges
            right = {
                way: [
                    np.mean([hear(x) == class_of(r, of) for x in clip for hear in ear])
                    for clip, r in zip(clips, ours, strict=True)
                ]
                for way, clips in decoded.items()
            }
            result["recognition"][title] = {way: share(right[way], right["original"]) for way in through}

    speech = [r for r in valid if r.kind == "speech" and r.seconds > 1]
    for group, clips in (("speech", speech), ("sentences", [r for r in speech if r.corpus in SENTENCES])):
        for way, function in through.items():
            pairs = [(function(sounds[r.path]), sounds[r.path]) for r in clips]
            # Codec 2 answers late, by a time that is the same for all clips: it gets the best of 21
            late = (
                max(range(0, 1601, 80), key=lambda s: sum(stoi(y[:, s : s + x.shape[1]], x, 16000) for y, x in pairs))
                if way == "codec2"
                else 0
            )
            row = {"stoi": interval([stoi(y[:, late : late + x.shape[1]], x, 16000) for y, x in pairs])}
            if way != "codec2":
                row["si_sdr"] = interval([si_sdr(y, x).item() for y, x in pairs])
                row["mel_db"] = interval([mel_distance(y, x, 16000) for y, x in pairs])
            result[group][way] = row

    # rate and distortion: the first two seconds of each clip, whatever the corpus; no silence is added, it would be
    # easy to code
    loss = SpectralLoss(codec.sample_rate)
    starts = [x[None, :, : 2 * codec.sample_rate] for x in sounds.values() if x.shape[1] >= 0.25 * codec.sample_rate]
    coded = [(codec.encode(x), x) for x in starts]
    result["rate_distortion"] = [
        {
            "codebooks": k,
            "kbps": codec.frame_rate * k * math.log2(codec.codebook_size) / 1000,
            **interval([loss(codec.decode(c[:, :k])[..., : x.shape[-1]], x)["mel"].item() for c, x in coded]),
        }
        for k in range(1, codec.n_codebooks + 1)
    ]
    return result


def fastest(function, rounds):
    if rounds > 1:
        function()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


@torch.no_grad()
def speed(codec):
    torch.manual_seed(0)
    x = torch.randn(1, 1, 160_000) * 0.1
    paper = Codec(CodecConfig.paper()).eval()
    folded, plain = paper.folded().eval(), ReferenceSEANet(paper)
    latents = paper.encoder(x)
    assert torch.allclose(plain.encoder(x), latents, atol=1e-4) and torch.allclose(
        folded.encoder(x), latents, atol=1e-4
    ), "the reference must compute the same"
    assert torch.allclose(plain.decoder(latents), folded.decoder(latents), atol=1e-4)
    for _ in range(2):
        plain(x), folded.decoder(folded.encoder(x))  # warm
    ways = {
        "plain encoder": lambda: plain.encoder(x),
        "paper encoder": lambda: folded.encoder(x),
        "plain decoder": lambda: plain.decoder(latents),
        "paper decoder": lambda: folded.decoder(latents),
    }
    times = {name: [] for name in ways}
    for _ in range(15):  # in turns: what else the machine does hits all of them
        for name, way in ways.items():
            times[name].append(fastest(way, 1))
    best = {name: sorted(t)[len(t) // 2] for name, t in times.items()}
    tiny = fastest(lambda: codec.decode(codec.encode(x, n_codebooks=3)), 10)
    return {
        "threads": torch.get_num_threads(),
        "seconds_of_sound": 10,
        "times_real_time": {name: 10 / t for name, t in best.items()} | {"codec, encode and decode": 10 / tiny},
        "paper_over_plain": {
            "encoder": best["plain encoder"] / best["paper encoder"],
            "decoder": best["plain decoder"] / best["paper decoder"],
            "both": (best["plain encoder"] + best["plain decoder"]) / (best["paper encoder"] + best["paper decoder"]),
        },
    }


HOUR = """
import re, sys, torch
from uniaudio_nb.codec import Codec
codec = Codec.from_pretrained(sys.argv[1] or None)
hour = torch.zeros(1, 1, 3600*codec.sample_rate).uniform_(-0.1, 0.1)
codes = codec.encode(hour)
del hour
sound = codec.decode(codes)
assert sound.shape[-1] == 3600*codec.sample_rate
# ru_maxrss would remember the process that started this one
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])/2**20)
"""


def hour(codec_folder):
    out = subprocess.run(
        [sys.executable, "-c", HOUR, codec_folder or ""], capture_output=True, text=True, check=True
    ).stdout
    return {"peak_GiB_for_one_hour": float(out)}


def table(result):
    lines = []
    if "perplexity" in result:
        p = result["perplexity"]
        lines += [
            f"perplexity over {p['frames']} frames, per cent of {p['of']}: "
            + ", ".join(f"{100 * x / p['of']:.0f}" for x in p["codebooks"]),
            "",
        ]
        ways = list(result["speech"])
        lines += [
            "| | " + " | ".join(f"{w} codebooks" if w.isdigit() else "Codec 2, 1600 bit/s" for w in ways) + " |",
            "|---|" + "---|" * len(ways),
        ]
        for name in result["recognition"]:
            row = result["recognition"][name]
            lines.append(
                f"| {name}, share kept of {row[ways[0]]['original']:.1%} ({row[ways[0]]['clips']} clips) | "
                + " | ".join(f"{row[w]['share']:.1%} [{row[w]['ci95'][0]:.1%}, {row[w]['ci95'][1]:.1%}]" for w in ways)
                + " |"
            )
        for group in ("sentences", "speech"):
            for measure in ("stoi", "si_sdr", "mel_db"):
                lines.append(
                    f"| {measure}, {group} ({result[group][ways[0]][measure]['clips']} clips) | "
                    + " | ".join(
                        f"{result[group][w][measure]['mean']:.3f} ± {result[group][w][measure]['ci95']:.3f}"
                        if measure in result[group][w]
                        else ""
                        for w in ways
                    )
                    + " |"
                )
        lines += ["", "| codebooks | kbit/s | multi-scale mel distance |", "|---|---|---|"] + [
            f"| {r['codebooks']} | {r['kbps']:.1f} | {r['mean']:.4f} ± {r['ci95']:.4f} |"
            for r in result["rate_distortion"]
        ]
    if "speed" in result:
        lines += [
            "",
            *(f"{name}: {x:.0f} times real time" for name, x in result["speed"]["times_real_time"].items()),
            *(
                f"paper over a plain SEANet, {name}: {x:.2f} times as fast"
                for name, x in result["speed"]["paper_over_plain"].items()
            ),
        ]
    if "memory" in result:
        lines.append(f"peak memory, one hour: {result['memory']['peak_GiB_for_one_hour']:.2f} GiB")
    return "\n".join(lines)


def preset_of(config):
    "The preset of `uniaudio train-codec` that a run was made with, and its seed."
    asked = ("low_share", "full_share", "free_steps", "kind_weights", "adversarial", "weights")
    for name in ("tiny", "long", "further", "music", "finish", "small"):
        make = getattr(CodecTrainConfig, name)
        preset = make("") if "start" in inspect.signature(make).parameters else make()
        if all(asdict(preset)[key] == config[key] for key in asked):
            return name, preset.loop.seed
    raise SystemExit(
        f"no preset has {', '.join(f'{key} = {config[key]}' for key in asked)}: name one in codec/08_training, so that "
        "others can train it again"
    )


def trainings(runs, shipped):
    """What is to be said of the runs, after what the shipped codec's figures say of its own where the first run goes
    on from it."""
    rows = []
    before = None
    expected = None
    for run in runs:
        config = json.loads((Path(run) / "checkpoint" / "state.json").read_text())["config"]
        done = json.loads((Path(run) / "done.json").read_text())
        if config["start"] and run == runs[0]:
            rows = json.loads((shipped / "figures.json").read_text())["training"]
            expected = Codec.from_pretrained(shipped).fingerprint()
            before = rows[-1]["command"].split("--out ")[1].split()[0] + "/codec"
        if config["start"] != expected:
            raise SystemExit(
                f"{run} goes on from {config['start'] or 'nothing'}, not from {before or 'nothing'} ({expected}): name "
                "the runs in their order"
            )
        preset, seed = preset_of(config)
        options = (f" --start {before}" if before else "") + (
            f" --seed {config['seed']}" if config["seed"] != seed else ""
        )
        rows.append(
            {
                "steps": done["step"],
                "batch_size": config["batch_size"],
                "seconds": config["seconds"],
                "minutes": round(done["seconds"] / 60),
                "command": f"uniaudio train-codec --data ../shared/data --out {run} --preset {preset}{options} "
                f"--minutes {config['minutes']:g}",
            }
        )
        before, expected = f"{run}/codec", Codec.from_pretrained(Path(run) / "codec").fingerprint()
    return rows


def ship(runs, data):
    "Copy a trained codec into the package by halves, measure the copy, and write its card."
    folder = shipped_folder("codec")
    history = trainings(runs, folder)
    Codec.from_pretrained(Path(runs[-1]) / "codec").save_pretrained(folder, half=True)
    train, valid = load(data)
    codec = Codec.from_pretrained()
    result = {**quality(codec, train, valid), "speed": speed(codec), "memory": hour(None), "training": history}
    parameters = sum(p.numel() for part in (codec.encoder, codec.decoder) for p in part.parameters())
    facts = {
        "licence": "CC BY-SA 4.0 (some of the recordings are share-alike); the attributions below stay with every copy",
        "shape": f"`CodecConfig.tiny()`: {parameters:,} parameters in encoder and decoder, {codec.n_codebooks} "
        f"codebooks of {codec.codebook_size}, {codec.frame_rate:g} frames per second; the first 3 codebooks "
        "are 1.5 kbit/s",
        "training": "; then ".join(
            f"{row['steps']} steps of {row['batch_size']} x {row['seconds']:g} s, {row['minutes']} minutes"
            for row in history
        )
        + ", on one core of a machine without a GPU",
        "trained again by": "; then ".join(f"`{row['command']}`" for row in history),
        "data": f"the train splits of {len(set(r.corpus for r in train))} corpora, {len(train)} recordings, "
        f"{sum(r.seconds for r in train) / 60:.0f} minutes; crops at random levels and speeds, some mixed",
        "measured": "on the valid splits, by `python tests/benchmarks/codec.py`, with 95 % intervals over clips",
    }
    about = (
        "The codec that comes with uniaudio-nb: load it with `Codec.from_pretrained()`. Weights are stored in 16 "
        "bits.\n\n## Figures\n\n" + table(result) + "\n\n## Facts"
    )
    write_card(folder, "The shipped codec", about, facts, train)
    (folder / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codec", help="codec folder; default: the shipped one")
    parser.add_argument(
        "--data", default=str(DATA), help="folder with the corpora; default: ../shared/data beside the project"
    )
    parser.add_argument("--out", help="JSON file to write")
    parser.add_argument("--only", choices=("quality", "speed", "memory"), help="one part; default: all")
    parser.add_argument("--train-recognisers", action="store_true", help="train the recognisers anew and stop")
    parser.add_argument(
        "--ship", nargs="+", metavar="RUN", help="run folders of `uniaudio train-codec`, the last one is shipped"
    )
    args = parser.parse_args()
    if args.ship:
        return ship(args.ship, args.data)
    if args.train_recognisers:
        return train_recognisers(load(args.data)[0])
    codec, result = Codec.from_pretrained(args.codec), {}
    if args.only in (None, "quality"):
        result |= quality(codec, *load(args.data))
    if args.only in (None, "speed"):
        result["speed"] = speed(codec)
    if args.only in (None, "memory"):
        result["memory"] = hour(args.codec)
    print(table(result))
    if args.out:
        Path(args.out).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
