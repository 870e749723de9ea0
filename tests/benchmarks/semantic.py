"""What do semantic units say, the word or the speaker? Linear probes on real spoken digits, one speaker left out at a
time.

    python tests/benchmarks/semantic.py                        probes of the shipped tokenizer
    python tests/benchmarks/semantic.py --tokenizer runs/s/tokenizer   of another one
    python tests/benchmarks/semantic.py --train runs/s --minutes 30   pretrain an encoder, or go on with it
    python tests/benchmarks/semantic.py --train runs/t --leave theo lucas   without any recording of these speakers
    python tests/benchmarks/semantic.py --ship runs/t          put the tokenizer of run t into the package, with a card

Digits: for each of the five speakers, k-means units and the probe are fitted to the other four and asked about his
450 clips. Each clip is cut into four equal parts; the probe (logistic regression) sees the histogram of units in each
part, and for comparison the mean log-mel column of each part. Speakers: trained on the train split, asked about the
valid split. Prints a table and writes JSON (`--out`).
"""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from uniaudio_nb.audio import LogMel
from uniaudio_nb.corpora import read_corpora, assign_splits
from uniaudio_nb.engine import shipped_folder, write_card, SliceOver
from uniaudio_nb.codec import nearest_code
from uniaudio_nb.conditions import SemanticConfig, SemanticTokenizer, cluster, train_semantic

DATA = Path(__file__).parents[3] / "shared" / "data"
# C of the probe: log-mel gets the one that suits it best on the test itself, units keep C = 1
STRENGTHS = (1e-3, 1e-2, 1e-1)


def in_batches(function, waveforms, size=64):
    "Apply [B, 1, L] -> [B, T, D] to clips of like lengths at a time; rows of the padding are cut off."
    order = sorted(range(len(waveforms)), key=lambda i: waveforms[i].shape[-1])
    out = [None] * len(waveforms)
    for some in (order[k : k + size] for k in range(0, len(order), size)):
        longest = waveforms[some[-1]].shape[-1]
        rows = function(
            torch.stack([torch.nn.functional.pad(waveforms[i], (0, longest - waveforms[i].shape[-1])) for i in some])
        )
        for i, row in zip(some, rows, strict=True):
            out[i] = row[: -(-waveforms[i].shape[-1] // 320)].clone()
    return out


def mean_of_quarters(rows):
    return torch.cat([part.mean(0) for part in rows.tensor_split(4)]).numpy()


def histogram_of_quarters(ids, n_units):
    return np.concatenate([np.bincount(part, minlength=n_units) / len(part) for part in np.array_split(ids.numpy(), 4)])


def answers(X, wanted, train, test, strength):
    return LogisticRegression(C=strength, max_iter=1000).fit(X[train], wanted[train]).predict(X[test])


def interval(right):
    right = np.asarray(right, dtype=float)
    return {"accuracy": float(right.mean()), "ci95": float(1.96 * right.std() / len(right) ** 0.5), "clips": len(right)}


def digit_probe(make, digits, speakers, strength):
    "make(mask of the training clips) -> table [clips, numbers]; every speaker is left out once."
    said = np.empty_like(digits)
    for speaker in sorted(set(speakers)):
        test = speakers == speaker
        said[test] = answers(make(~test), digits, ~test, test, strength)
    names = sorted(set(digits))
    return {
        **interval(said == digits),
        "by_speaker": {s: float((said == digits)[speakers == s].mean()) for s in sorted(set(speakers))},
        "confusion": [[int(((digits == a) & (said == b)).sum()) for b in names] for a in names],
    }


def speaker_probe(X, speakers, splits, strength):
    return interval(answers(X, speakers, splits == "train", splits == "valid", strength) == speakers[splits == "valid"])


def best(results):
    return max(results, key=lambda r: r["accuracy"])


def units_table(features, train, n_units):
    "Fit k-means to the training clips and write every clip as histograms."
    centroids = cluster(torch.cat([f for f, t in zip(features, train, strict=True) if t]), n_units)
    return np.stack([histogram_of_quarters(nearest_code(f, centroids), n_units) for f in features])


def load_digits(data):
    recordings = read_corpora(data / "fsdd")
    return [r.load() for r in recordings], *(
        np.array([getattr(r, of) for r in recordings]) for of in ("label", "speaker", "split")
    )


@torch.no_grad()
def spectrum_probes(clips):
    waveforms, digits, speakers, splits = clips
    mel = LogMel()
    X = np.stack([mean_of_quarters(rows.T) for rows in (mel(w[None])[0] for w in waveforms)])
    return {
        "digit": best([digit_probe(lambda _: X, digits, speakers, c) for c in STRENGTHS]),
        "speaker": best([speaker_probe(X, speakers, splits, c) for c in STRENGTHS]),
    }


def unit_probes(features, n_units, clips):
    "Probe units: fitted without the speaker who is asked about (digit), to the train split (speaker)."
    _, digits, speakers, splits = clips
    return {
        "n_units": n_units,
        "digit": digit_probe(lambda train: units_table(features, train, n_units), digits, speakers, 1.0),
        "speaker": speaker_probe(units_table(features, splits == "train", n_units), speakers, splits, 1.0),
    }


def fixed_probes(features, centroids, clips):
    "Probe units as they were fitted in training."
    _, digits, speakers, splits = clips
    X = np.stack([histogram_of_quarters(nearest_code(f, centroids), len(centroids)) for f in features])
    return {
        "digit": digit_probe(lambda _: X, digits, speakers, 1.0),
        "speaker": speaker_probe(X, speakers, splits, 1.0),
    }


def ablation(tokenizer, features, clips):
    "What each part of the features gives alone, and another number of units."
    width = tokenizer.encoder.config.width
    return {
        "250 units of the description alone": unit_probes([f[:, width:] for f in features], 250, clips),
        "250 units of the learnt part alone": unit_probes([f[:, :width] for f in features], 250, clips),
        "250 units": unit_probes(features, 250, clips),
        "units as shipped": fixed_probes(features, tokenizer.units, clips),
    }


def table(result):
    def row(name, r):
        said = f"{r['digit']['accuracy']:.1%} ± {r['digit']['ci95']:.1%}"
        voice = f"{r['speaker']['accuracy']:.1%} ± {r['speaker']['ci95']:.1%}"
        return f"| {name} | {said} | {voice} |"

    units, mel = result["units"], result["log_mel"]
    lines = [
        f"| linear probe on four equal parts of a clip | digit, speaker left out ({units['digit']['clips']} clips) | "
        f"speaker ({units['speaker']['clips']} unheard clips) |",
        "|---|---|---|",
        row("log-mel, averaged", mel),
        row(f"{units['n_units']} units", units),
        *(row(name, r) for name, r in result.get("ablation", {}).items()),
    ]
    return "\n".join(
        [
            *lines,
            "",
            "digit by speaker left out: "
            + ", ".join(
                f"{s} {x:.1%} (log-mel {mel['digit']['by_speaker'][s]:.1%})"
                for s, x in units["digit"]["by_speaker"].items()
            ),
        ]
    )


def training_recordings(data, leave=()):
    recordings = assign_splits([r for r in read_corpora(data) if r.kind not in ("room", "noise")])
    return [r for r in recordings if r.split == "train" and not (r.corpus == "fsdd" and r.speaker in leave)]


def train(folder, data, config, minutes, leave, slice_minutes):
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "left_out.json").write_text(json.dumps(sorted(leave)), encoding="utf-8")
    try:
        train_semantic(training_recordings(data, leave), folder, config, minutes=minutes, slice_minutes=slice_minutes)
    except SliceOver as over:
        print(over)


def ship(run, data):
    "Copy a trained tokenizer into the package by halves, measure the copy, and write its card."
    folder, run = shipped_folder("semantic"), Path(run)
    SemanticTokenizer.from_pretrained(run / "tokenizer").save_pretrained(folder, half=True)
    tokenizer, clips = SemanticTokenizer.from_pretrained(), load_digits(data)
    left_out = json.loads((run / "left_out.json").read_text())
    features = in_batches(tokenizer.features, clips[0])
    result = {
        "log_mel": spectrum_probes(clips),
        "units": unit_probes(features, tokenizer.n_units, clips),
        "ablation": ablation(tokenizer, features, clips),
        "left_out": left_out,
    }
    write(folder, run, tokenizer, result, training_recordings(data, left_out))


def write(folder, run, tokenizer, result, recordings):
    "Write card and figures."
    left_out = result["left_out"]
    done = json.loads((run / "pretraining" / "done.json").read_text())
    state = json.loads((run / "pretraining" / "checkpoint" / "state.json").read_text())["config"]
    config = tokenizer.encoder.config
    rows = [json.loads(line) for line in (run / "pretraining" / "metrics.jsonl").read_text().splitlines()]
    every = max(1, len(rows) // 100)
    result["pretraining"] = [
        {k: round(r[k], 4) for k in ("step", "contrastive", "right", "diversity")} for r in rows[::every]
    ]
    heard = [r for r in recordings if r.kind in dict(config.kind_weights)]
    minutes = Counter()
    for r in heard:
        minutes[r.kind] += r.seconds / 60
    facts = {
        "licence": "CC BY-SA 4.0 (some of the recordings are share-alike); the attributions below stay with every copy",
        "shape": f"{sum(p.numel() for p in tokenizer.encoder.parameters()):,} parameters, {config.n_layers} "
        f"Transformer blocks of width {config.width}, block {config.unit_layer} is used; {tokenizer.n_units} "
        "units, 50 per second",
        "training": f"{done['step']} steps of {config.batch_size} x {config.seconds:g} s, {done['seconds'] / 60:.0f} "
        "minutes on one busy CPU core, without labels",
        "trained again by": f"`python tests/benchmarks/semantic.py --train runs/semantic --minutes {state['minutes']:g}"
        + (f" --leave {' '.join(left_out)}`" if left_out else "`"),
        "data": f"the train splits of {len(set(r.corpus for r in heard))} corpora, {len(heard)} recordings; "
        + ", ".join(f"{kind} {m:.0f}" for kind, m in sorted(minutes.items()))
        + " minutes. "
        + (
            f"Nothing of the digit speakers {' and '.join(left_out)}"
            if left_out
            else "Nobody of the digit speakers was left out"
        )
        + "; the train clips of the other digit speakers are among them, without labels",
        "settings": f"`{json.dumps(asdict(config))}`",
        "measured": "by `python tests/benchmarks/semantic.py`, 95 % intervals over clips; log-mel gets the probe "
        "strength that suits it best on the test, units do not; the number of units, the neighbours of a "
        "description and the weight of its join were chosen on these clips",
    }
    about = (
        "The semantic encoder and units that come with uniaudio-nb: load them with "
        "`SemanticTokenizer.from_pretrained()`. Weights are stored in 16 bits.\n\n## Figures\n\n"
        + table(result)
        + "\n\n## Facts"
    )
    write_card(folder, "The shipped semantic units", about, facts, heard)
    (folder / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder with the corpora; default: ../shared/data beside the project"
    )
    parser.add_argument("--tokenizer", help="tokenizer folder; default: the shipped one")
    parser.add_argument("--out", help="JSON file to write")
    parser.add_argument("--train", metavar="RUN", help="folder of the run to start or to go on with")
    parser.add_argument("--minutes", type=float, default=30.0, help="of training")
    parser.add_argument("--slice-minutes", type=float, help="stop this call after so many minutes")
    parser.add_argument(
        "--leave", nargs="*", default=[], metavar="SPEAKER", help="digit speakers whom the encoder must not hear"
    )
    parser.add_argument("--ship", metavar="RUN", help="run whose tokenizer is put into the package")
    args = parser.parse_args()
    if args.train:
        return train(args.train, args.data, SemanticConfig.shipped(), args.minutes, args.leave, args.slice_minutes)
    if args.ship:
        return ship(args.ship, args.data)
    clips, tokenizer = load_digits(args.data), SemanticTokenizer.from_pretrained(args.tokenizer)
    result = {
        "log_mel": spectrum_probes(clips),
        "units": unit_probes(in_batches(tokenizer.features, clips[0]), tokenizer.n_units, clips),
    }
    print(table(result))
    if args.out:
        Path(args.out).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
