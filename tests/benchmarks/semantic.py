"""What do semantic units say, the word or the speaker? Linear probes on real spoken digits, one speaker left out at a time.

    python tests/benchmarks/semantic.py                        probes of the shipped tokenizer
    python tests/benchmarks/semantic.py --tokenizer runs/s/tokenizer   of another one
    python tests/benchmarks/semantic.py --train runs/s --minutes 40    pretrain an encoder on the train splits (the same call goes on with it)
    python tests/benchmarks/semantic.py --train runs/t --leave theo lucas   without any recording of these speakers
    python tests/benchmarks/semantic.py --ship runs/s --strict runs/t  put the tokenizer of run s into the package, with a card; measure that of run t beside it

Digits: for each of the five speakers, k-means units and the probe are fitted to the other four and asked about his 450 clips. Each clip is cut into four
equal parts; the probe (logistic regression) sees the histogram of units in each part, and for comparison the mean log-mel column of each part.
Speakers: trained on the train split, asked about the valid split. Prints a table and writes JSON (`--out`).
"""
import argparse
import json
import shutil
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

import uniaudio_nb
from uniaudio_nb.audio import LogMel
from uniaudio_nb.checkpoints import write_card
from uniaudio_nb.contrast import SemanticConfig, nearest
from uniaudio_nb.engine import SliceOver
from uniaudio_nb.recordings import assign_splits, read_corpora
from uniaudio_nb.semantic import SemanticTokenizer, cluster, train_semantic

DATA = Path(__file__).parents[3] / "shared" / "data"
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # C of the probe: log-mel gets the one that suits it best on the test itself, units keep C = 1


def in_batches(function, waveforms, size=64):
    "Apply [B, 1, L] -> [B, T, D] to clips of like lengths at a time; rows of the padding are cut off."
    order, out = sorted(range(len(waveforms)), key=lambda i: waveforms[i].shape[-1]), [None] * len(waveforms)
    for some in (order[k:k + size] for k in range(0, len(order), size)):
        longest = waveforms[some[-1]].shape[-1]
        rows = function(torch.stack([torch.nn.functional.pad(waveforms[i], (0, longest - waveforms[i].shape[-1])) for i in some]))
        for i, row in zip(some, rows, strict=True): out[i] = row[:-(-waveforms[i].shape[-1] // 320)].clone()
    return out


def mean_of_quarters(rows): return torch.cat([part.mean(0) for part in rows.tensor_split(4)]).numpy()


def histogram_of_quarters(ids, n_units): return np.concatenate([np.bincount(part, minlength=n_units) / len(part) for part in np.array_split(ids.numpy(), 4)])


def answers(X, wanted, train, test, strength):
    return LogisticRegression(C=strength, max_iter=1000).fit(X[train], wanted[train]).predict(X[test])


def interval(right):
    right = np.asarray(right, dtype=float)
    return {"accuracy": float(right.mean()), "ci95": float(1.96 * right.std() / len(right) ** .5), "clips": len(right)}


def digit_probe(make, digits, speakers, strength):
    "make(mask of the training clips) -> table [clips, numbers]; every speaker is left out once."
    said = np.empty_like(digits)
    for speaker in sorted(set(speakers)):
        test = speakers == speaker
        said[test] = answers(make(~test), digits, ~test, test, strength)
    names = sorted(set(digits))
    return {**interval(said == digits), "by_speaker": {s: float((said == digits)[speakers == s].mean()) for s in sorted(set(speakers))},
            "confusion": [[int(((digits == a) & (said == b)).sum()) for b in names] for a in names]}


def speaker_probe(X, speakers, splits, strength):
    return interval(answers(X, speakers, splits == "train", splits == "valid", strength) == speakers[splits == "valid"])


def best(results): return max(results, key=lambda r: r["accuracy"])


def units_table(features, train, n_units):
    "Fit k-means to the training clips and write every clip as histograms."
    centroids = cluster(torch.cat([f for f, t in zip(features, train, strict=True) if t]), n_units)
    return np.stack([histogram_of_quarters(nearest(f, centroids), n_units) for f in features])


def load_digits(data):
    recordings = read_corpora(data / "fsdd")
    return [r.load() for r in recordings], *(np.array([getattr(r, of) for r in recordings]) for of in ("label", "speaker", "split"))


@torch.no_grad()
def spectrum_probes(clips):
    waveforms, digits, speakers, splits = clips
    mel = LogMel()
    X = np.stack([mean_of_quarters(rows.T) for rows in (mel(w[None])[0] for w in waveforms)])
    return {"digit": best([digit_probe(lambda _: X, digits, speakers, c) for c in STRENGTHS]), "speaker": best([speaker_probe(X, speakers, splits, c) for c in STRENGTHS])}


@torch.no_grad()
def unit_probes(tokenizer, clips, sizes=()):
    "Probe the units of a tokenizer, fitted anew without the speaker who is asked about; as they are; and its features."
    waveforms, digits, speakers, splits = clips
    features, n = in_batches(tokenizer.features, waveforms), tokenizer.n_units
    everyone = units_table(features, splits == "train", n)
    as_shipped = np.stack([histogram_of_quarters(nearest(f, tokenizer.units), n) for f in features])
    means = np.stack([mean_of_quarters(f) for f in features])
    return {"n_units": n, "digit": digit_probe(lambda train: units_table(features, train, n), digits, speakers, 1.0), "speaker": speaker_probe(everyone, speakers, splits, 1.0),
            "as_shipped": {"digit": digit_probe(lambda _: as_shipped, digits, speakers, 1.0), "speaker": speaker_probe(as_shipped, speakers, splits, 1.0)},
            "features": {"digit": best([digit_probe(lambda _: means, digits, speakers, c) for c in STRENGTHS]), "speaker": best([speaker_probe(means, speakers, splits, c) for c in STRENGTHS])},
            "other_sizes": {str(m): digit_probe(lambda train, m=m: units_table(features, train, m), digits, speakers, 1.0)["accuracy"] for m in sizes}}


def table(result):
    def row(name, r): return f"| {name} | {r['digit']['accuracy']:.1%} ± {r['digit']['ci95']:.1%} | {r['speaker']['accuracy']:.1%} ± {r['speaker']['ci95']:.1%} |"
    n, u = result["units"]["digit"]["clips"], result["units"]
    lines = [f"| linear probe on four equal parts of a clip | digit, speaker left out ({n} clips) | speaker ({u['speaker']['clips']} unheard clips) |", "|---|---|---|", row("log-mel, means", result["log_mel"]), row(f"units ({u['n_units']}), fitted without the speaker", u),
             row(f"units ({u['n_units']}), as shipped", u["as_shipped"]), row("features, means", u["features"])]
    for name, other in result.get("strict", {}).items(): lines.append(row(f"units of an encoder that heard nobody of: {name}", other))
    lines += ["", "digit by speaker left out: " + ", ".join(f"{s} {x:.1%} (log-mel {result['log_mel']['digit']['by_speaker'][s]:.1%})" for s, x in u["digit"]["by_speaker"].items())]
    for name, other in result.get("strict", {}).items():
        lines.append(f"of the speakers unheard in pretraining ({name}): " + ", ".join(f"{s} {other['digit']['by_speaker'][s]:.1%}" for s in name.split(", ")))
    if u["other_sizes"]: lines.append("digit with other numbers of units: " + ", ".join(f"{m}: {x:.1%}" for m, x in u["other_sizes"].items()))
    return "\n".join(lines)


def training_recordings(data, leave=()):
    recordings = assign_splits([r for r in read_corpora(data) if r.kind not in ("room", "noise")])
    return [r for r in recordings if r.split == "train" and not (r.corpus == "fsdd" and r.speaker in leave)]


def train(folder, data, config, minutes, leave, slice_minutes):
    Path(folder).mkdir(parents=True, exist_ok=True)
    Path(folder, "left_out.json").write_text(json.dumps(sorted(leave)))
    try: train_semantic(training_recordings(data, leave), folder, config, minutes=minutes, slice_minutes=slice_minutes)
    except SliceOver as over: print(over)


def ship(run, strict, data):
    "Copy a trained tokenizer into the package by halves, measure the copy, and write its card."
    folder, run = Path(uniaudio_nb.__file__).parent / "pretrained" / "semantic", Path(run)
    SemanticTokenizer.from_pretrained(run / "tokenizer").save_pretrained(folder, half=True)
    tokenizer, clips = SemanticTokenizer.from_pretrained(), load_digits(data)
    left_out = json.loads((run / "left_out.json").read_text())
    result = {"log_mel": spectrum_probes(clips), "units": unit_probes(tokenizer, clips, (64, 128, 200, 500)), "left_out": left_out, "strict": {}}
    for other in map(Path, strict): result["strict"][", ".join(json.loads((other / "left_out.json").read_text()))] = unit_probes(SemanticTokenizer.from_pretrained(other / "tokenizer"), clips)
    done, state = json.loads((run / "pretraining" / "done.json").read_text()), json.loads((run / "pretraining" / "checkpoint" / "state.json").read_text())["config"]
    config, rows = tokenizer.encoder.config, [json.loads(line) for line in (run / "pretraining" / "metrics.jsonl").read_text().splitlines()]
    every = max(1, len(rows) // 100)
    result["pretraining"] = [{k: round(r[k], 4) for k in ("step", "contrastive", "right", "diversity")} for r in rows[::every]]
    recordings = training_recordings(data, left_out)
    heard = [r for r in recordings if r.kind in dict(config.kind_weights)]
    minutes = Counter()
    for r in heard: minutes[r.kind] += r.seconds / 60
    facts = {"licence": "CC BY-SA 4.0 (some of the recordings are share-alike); the attributions below stay with every copy",
             "shape": f"{sum(p.numel() for p in tokenizer.encoder.parameters()):,} parameters, {config.n_layers} Transformer blocks of width {config.width}, block {config.unit_layer} is used; {tokenizer.n_units} units, 50 per second",
             "training": f"{done['step']} steps of {config.batch_size} x {config.seconds:g} s, {done['seconds']/60:.0f} minutes on one busy CPU core, without labels",
             "trained again by": f"`python tests/benchmarks/semantic.py --train runs/semantic --minutes {state['minutes']:g}" + (f" --leave {' '.join(left_out)}`" if left_out else "`"),
             "data": f"the train splits of {len(set(r.corpus for r in heard))} corpora, {len(heard)} recordings; " + ", ".join(f"{kind} {m:.0f}" for kind, m in sorted(minutes.items())) + " minutes. "
                     + (f"Nothing of the digit speakers {', '.join(left_out)}" if left_out else "The digit speakers' train clips are among them, without labels; the encoder has therefore heard the speaker whom a fold leaves out, and the last rows of the table measure encoders that have not"),
             "settings": f"`{json.dumps(asdict(config))}`",
             "measured": "by `python tests/benchmarks/semantic.py`, 95 % intervals over clips; log-mel gets the probe strength that suits it best on the test, units do not"}
    about = "The semantic encoder and units that come with uniaudio-nb: load them with `SemanticTokenizer.from_pretrained()`. Weights are stored in 16 bits.\n\n## Figures\n\n" + table(result) + "\n\n## Facts"
    write_card(folder, "The shipped semantic units", about, facts, heard)
    (folder / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the corpora; default: ../shared/data beside the project")
    parser.add_argument("--tokenizer", help="tokenizer folder; default: the shipped one")
    parser.add_argument("--out", help="JSON file to write")
    parser.add_argument("--train", metavar="RUN", help="folder of the run to start or to go on with")
    parser.add_argument("--minutes", type=float, default=40.0, help="of training")
    parser.add_argument("--slice-minutes", type=float, help="stop this call after so many minutes")
    parser.add_argument("--leave", nargs="*", default=[], metavar="SPEAKER", help="digit speakers whom the encoder must not hear")
    parser.add_argument("--ship", metavar="RUN", help="run whose tokenizer is put into the package")
    parser.add_argument("--strict", nargs="*", default=[], metavar="RUN", help="runs with --leave, measured beside the shipped one")
    args = parser.parse_args()
    if args.train: return train(args.train, args.data, SemanticConfig.shipped(), args.minutes, args.leave, args.slice_minutes)
    if args.ship: return ship(args.ship, args.strict, args.data)
    clips = load_digits(args.data)
    result = {"log_mel": spectrum_probes(clips), "units": unit_probes(SemanticTokenizer.from_pretrained(args.tokenizer), clips)}
    print(table(result))
    if args.out: Path(args.out).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__": main()
