"""Units or features? Three language models of one size learn to convert voices: one reads semantic units, one the
features themselves, one the prompt alone.

    python tests/benchmarks/conversion.py train
        prepare spoken digits, train the three in turns of a few seconds (the same call goes on with them)
    python tests/benchmarks/conversion.py measure
        losses, swapped conditions, converted digits, and probes of the two conditions
    python tests/benchmarks/conversion.py table        print what has been measured

The same task, `vc`, and the same shards as the recipe's; the same initial weights, the same batches in the same
order, and the same processor seconds (`time.process_time`, one thread). Only the segment in front of the prompt
differs. Half of the training sources are another speaker saying the same words, half are the target's own voice moved
in pitch and formants. Everything measured is of clips of the split `valid`; their five speakers are known.

- Loss: nats per code of the target, and how much it rises when the source's words, or the prompt's voice, are taken
from another example.
- Conversion: every valid clip is said again in the voice of another speaker, whose prompt is another digit. A
recogniser of digits asks whether the word was
kept; a recogniser of speakers asks whose voice it is. Beside them stand real recordings, through the codec, and chance.
- Probes: what a linear classifier reads from units and from features, digit (speaker left out) and speaker.
"""

import argparse
import json
import math
import random
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from semantic import (
    STRENGTHS,
    best,
    digit_probe,
    histogram_of_quarters,
    in_batches,
    load_digits,
    mean_of_quarters,
    speaker_probe,
)

from uniaudio_nb.audio import save_audio
from uniaudio_nb.corpora import AudioCache, name_of, read_corpora, assign_splits
from uniaudio_nb.engine import load_checkpoint, save_checkpoint, LoopConfig, learning_rate_at
from uniaudio_nb.metrics import Recogniser
from uniaudio_nb.codec import Codec
from uniaudio_nb.conditions import SemanticTokenizer, CaptionEncoder
from uniaudio_nb.tasks import ids_to_codes, pack, Pool, get_task, Tokenizers, length_limits
from uniaudio_nb.shards import TokenBatches, Shard, prepare_shards
from uniaudio_nb.lm import generate, MultiScaleTransformer, MultiScaleConfig, code_counts, example_losses
from uniaudio_nb.lm import start_from_codebooks, start_from_frequencies

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data"
ARMS = ("units", "features", "prompt alone")
CORPUS = "fsdd"
COUNTS = {"train": 6000, "valid": 300}
SECONDS = 2.0


def recordings_of(data):
    return assign_splits(read_corpora(data / CORPUS))


def bundles():
    "Make the tokenizers of each form from the same parts; a caption encoder belongs to a bundle, and is not used."
    codec = Codec.from_pretrained()
    semantic = SemanticTokenizer.from_pretrained()
    text = CaptionEncoder.from_pretrained()
    return {form: Tokenizers(codec, semantic, text, features=form == "features") for form in ("units", "features")}


class PromptAlone(Shard):
    "The same examples without what is said."

    def example(self, i):
        conditions, target = super().example(i)
        return conditions[1:], target


class Swapped(Shard):
    "The same examples with the words (0) or the voice (1) of their partners."

    def __init__(self, folder, partners, place):
        super().__init__(folder)
        self.partners, self.place = partners, place

    def example(self, i):
        conditions, target = super().example(i)
        conditions[self.place] = super().example(self.partners[i])[0][self.place]
        return conditions, target


class SwappedPrompt(PromptAlone):
    "The same examples, prompt alone, and it is the partner's."

    def __init__(self, folder, partners):
        super().__init__(folder)
        self.partners = partners

    def example(self, i):
        return super().example(self.partners[i])[0], super().example(i)[1]


# ------------------------------------------------------------------ training


class Learner:
    """One model in training: its batches, its optimizer, and the processor time it has cost so far; saved, it goes on
    where it was."""

    def __init__(self, arm, shard, valid, tokenizers, width, counts, args):
        self.arm = arm
        self.shard = shard
        self.valid = valid
        self.vocabulary = tokenizers.vocabulary
        self.counts = counts
        self.folder = args.run / "models" / arm.replace(" ", "_")
        # a function of the step and the lengths, which all three share
        self.batches = TokenBatches([shard], self.vocabulary, args.frames, drop_conditions=0.0)
        self.config = LoopConfig(minutes=args.seconds / 60, learning_rate=args.learning_rate, weight_decay=0.05)
        torch.manual_seed(0)
        # an example comes about twice in so short a training: nothing for dropout to prevent
        size = dict(n_layers=4, n_local_layers=1, width=args.width, dropout=0.0)
        self.model = MultiScaleTransformer(
            MultiScaleConfig.tiny(
                vocabulary_size=len(self.vocabulary),
                n_codebooks=self.vocabulary.n_codebooks,
                continuous_dimension=width,
                **size,
            )
        )
        start_from_codebooks(self.model, tokenizers.codec.quantizer.code_vectors().cpu(), self.vocabulary)
        start_from_frequencies(self.model, counts, self.vocabulary)
        groups = [
            {"params": [p for p in self.model.parameters() if (p.ndim >= 2) == matrices], "weight_decay": decay}
            for matrices, decay in ((True, self.config.weight_decay), (False, 0.0))
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=self.config.learning_rate, betas=self.config.betas)
        self.state = load_checkpoint(self.folder, {"model": self.model}, {"model": self.optimizer}) or {
            "step": 0,
            "cost": 0.0,
            "curve": [],
            "of": args.seconds,
        }
        if self.state["of"] != args.seconds:
            raise SystemExit(
                f"{self.folder} holds a run of {self.state['of']:g} s, asked for are {args.seconds:g} s: use the old "
                "value or another --run"
            )

    @property
    def done(self):
        return self.state["cost"] >= self.state["of"]

    def work(self, budget):
        state, end = self.state, min(self.state["cost"] + budget, self.state["of"])
        self.model.train()
        while state["cost"] < end:
            batch, began = self.batches(state["step"]), time.process_time()
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate_at(self.config, state["cost"] / state["of"])
            loss = self.model.loss(
                batch.tokens, batch.target_mask, continuous=batch.continuous, padding_mask=batch.padding_mask
            )
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
            self.optimizer.step()
            state["step"] += 1
            state["cost"] += time.process_time() - began

    def look(self):
        self.state["curve"].append(
            {
                "seconds": self.state["cost"],
                "step": self.state["step"],
                "loss": example_losses(self.model, self.valid, self.vocabulary, limit=40).mean().item(),
            }
        )

    def save(self):
        save_checkpoint(self.folder, {"model": self.model}, {"model": self.optimizer}, self.state)


def learners_of(args, forms):
    "Make the three with equal weights, and load what was saved of them."
    learners, counts = [], None
    for arm in ARMS:
        form = "features" if arm == "features" else "units"
        shards = [
            (PromptAlone if arm == "prompt alone" else Shard)(args.run / "shards" / form / f"vc-{split}")
            for split in ("train", "valid")
        ]
        if counts is None:
            counts = code_counts(shards[:1], forms[form].vocabulary.codebook_size)  # the targets are the same in all
        learners.append(Learner(arm, *shards, forms[form], forms["features"].vocabulary.width, counts, args))
    return learners


def train(args):
    began, forms = time.monotonic(), bundles()
    recordings, cache = recordings_of(args.data), AudioCache(16_000)
    for form, tokenizers in forms.items():
        prepare_shards(
            recordings, tokenizers, args.run / "shards" / form, ["vc"], counts=COUNTS, seconds=SECONDS, cache=cache
        )
    learners = learners_of(args, forms)
    a, b, c = (learner.batches for learner in learners)
    assert all(a.examples(step) == b.examples(step) == c.examples(step) for step in range(50)), (
        "the three don't draw the same examples"
    )
    for x, y in zip(learners[0].model.parameters(), learners[1].model.parameters(), strict=True):
        assert learners[0].state["step"] or torch.equal(x, y), "the models don't start alike"
    saved = time.monotonic()
    while not all(learner.done for learner in learners) and time.monotonic() - began < 60 * args.minutes:
        for learner in learners:
            if not learner.state["curve"]:
                learner.look()
            learner.work(args.slice)
        if learners[0].state["cost"] >= len(learners[0].state["curve"]) * args.seconds / 6:
            for learner in learners:
                learner.look()
                print(
                    f"{learner.arm:13s} {learner.state['step']:5d} steps {learner.state['cost']:6.1f} s  "
                    f"{learner.state['curve'][-1]['loss']:.3f} nats per code",
                    flush=True,
                )
        if time.monotonic() - saved > 60 or all(learner.done for learner in learners):
            for learner in learners:
                learner.save()
            saved = time.monotonic()
    for learner in learners:
        learner.save()


# ------------------------------------------------------------------ measures


def interval(values):
    values = torch.as_tensor(values, dtype=torch.float64)
    return {"mean": values.mean().item(), "ci95": 1.96 * values.std().item() / math.sqrt(len(values)), "n": len(values)}


def describe(data, shard):
    """Say of each example of a shard who speaks, what, and where its source comes from: examples are made again from
    their numbers."""
    pool, found = Pool(recordings_of(data), "valid", seconds=SECONDS, cache=AudioCache(16_000)), []
    by_name = {name_of(r): r for r in pool.all}
    for number in shard.examples[:, 4].tolist():
        example = pool.example("vc", number, seed=shard.index["seed"])
        used = [by_name[name] for name in example.source.split(" + ")]
        found.append(
            {
                "speaker": used[0].speaker,
                "source": example.drawn.get("speaker"),
                "words": tuple(r.text for r in used if r.speaker == used[0].speaker),
            }
        )
    return found


def partners(rows, key):
    "For each example the next one that differs in this."
    n = len(rows)
    return [next(j % n for j in range(i + 1, i + n) if rows[j % n][key] != rows[i][key]) for i in range(n)]


def losses(learners, data):
    rows = describe(data, learners[0].valid)
    of_others, result = torch.tensor([row["source"] is not None for row in rows]), {"arms": {}}
    swaps, own = {"words": (0, partners(rows, "words")), "voice": (1, partners(rows, "speaker"))}, {}
    targets = [learners[0].valid.example(i)[1].ids for i in range(len(rows))]
    counts = learners[0].counts + 0.1
    logs = (counts / counts.sum(1, keepdim=True)).log()
    by_frequency = torch.stack(
        [torch.stack([-logs[k][codes].mean() for k, codes in enumerate(target)]) for target in targets]
    )
    result["by_frequency"] = {"loss": interval(by_frequency.mean(1)), "per_codebook": by_frequency.mean(0).tolist()}
    for learner in learners:
        own[learner.arm] = example_losses(learner.model, learner.valid, learner.vocabulary)
        mean = own[learner.arm].mean(1)
        row = result["arms"][learner.arm] = {
            "loss": interval(mean),
            "per_codebook": own[learner.arm].mean(0).tolist(),
            "steps": learner.state["step"],
            "seconds": learner.state["cost"],
            "source is another speaker": interval(mean[of_others]),
            "source is the moved voice": interval(mean[~of_others]),
            "curve": learner.state["curve"],
            "rise": {},
        }
        for what, (place, others) in swaps.items():
            if learner.arm == "prompt alone" and what == "words":
                continue
            swapped = (
                SwappedPrompt(learner.valid.folder, others)
                if learner.arm == "prompt alone"
                else Swapped(learner.valid.folder, others, place)
            )
            rise = example_losses(learner.model, swapped, learner.vocabulary).mean(1) - mean
            row["rise"][what] = interval(rise)
            row["rise"][f"{what}, source is another speaker"] = interval(rise[of_others])
    reference = own["units"].mean(1)
    for arm in ARMS[1:]:
        apart = own[arm].mean(1) - reference
        result["arms"][arm]["minus units"] = {
            "all": interval(apart),
            "source is another speaker": interval(apart[of_others]),
            "source is the moved voice": interval(apart[~of_others]),
        }
    return result


def plan(data):
    "Each valid clip with a speaker to become, a prompt (another digit), and a real recording of what shall come out."
    clips = [r for r in recordings_of(data) if r.split == "valid"]
    rng = random.Random(0)
    rows = []
    speakers = sorted({r.speaker for r in clips})
    for i, source in enumerate(clips):
        to = [s for s in speakers if s != source.speaker][i % (len(speakers) - 1)]
        theirs = [r for r in clips if r.speaker == to]
        rows.append(
            (
                source,
                rng.choice([r for r in theirs if r.label != source.label]),
                rng.choice([r for r in theirs if r.label == source.label]),
            )
        )
    return rows


@torch.no_grad()
def convert(learner, tokenizers, rows, cache, batch=50):
    "Say each source in the voice of its prompt."
    task = get_task("vc")
    vocabulary = learner.vocabulary
    out = []
    for first in range(0, len(rows), batch):
        prefixes, limits = [], []
        for source, prompt, _ in rows[first : first + batch]:
            segments = tokenizers.tokenize(
                task, {"audio": (cache.get(source), 16_000), "prompt": (cache.get(prompt), 16_000)}
            )
            limits.append(length_limits(task, segments, 50.0))
            prefixes.append(
                pack(segments[1:] if learner.arm == "prompt alone" else segments, vocabulary, task=task.token)
            )
        low, high = zip(*limits)
        frames = generate(
            learner.model.eval(),
            prefixes,
            vocabulary,
            min_frames=list(low),
            max_frames=list(high),
            seeds=list(range(first, first + len(prefixes))),
        )
        out += [tokenizers.decode(ids_to_codes(ids, vocabulary)) for ids in frames]
    return out


@torch.no_grad()
def judge(waveforms, rows, digits, speakers, places):
    "Is it the digit, whose voice is it, and how near to each of the two voices."
    found = defaultdict(list)
    for waveform, (source, _, wanted) in zip(waveforms, rows, strict=True):
        said, voice = (r.classes[r.predict(waveform[None]).argmax()] for r in (digits, speakers))
        where = speakers.embed(waveform[None])[0]
        to_target, to_source = (float(where @ places[r.speaker]) for r in (wanted, source))
        for name, value in {
            "digit": said == source.text,
            "voice of the prompt": voice == wanted.speaker,
            "voice of the source": voice == source.speaker,
            "both": said == source.text and voice == wanted.speaker,
            "similarity to the prompt's voice": to_target,
            "similarity to the source's voice": to_source,
            "seconds": waveform.shape[-1] / 16_000,
        }.items():
            found[name].append(float(value))
    return found


def conversions(learners, forms, data):
    rows, cache = plan(data), AudioCache(16_000)
    digits, speakers = (Recogniser.load(HERE / "recognisers" / name / "0") for name in ("digits", "speakers"))
    of = defaultdict(list)
    for r in recordings_of(data):
        if r.split == "train" and len(of[r.speaker]) < 60:
            of[r.speaker].append(speakers.embed(cache.get(r)[None])[0])
    places = {name: F.normalize(torch.stack(rows_).mean(0), dim=0) for name, rows_ in of.items()}
    units = forms["units"]

    def coded(r):
        return units.decode(units.encode(cache.get(r)))

    sounds = {
        "recording of the wanted voice": [coded(wanted) for _, _, wanted in rows],
        "source, not converted": [coded(source) for source, _, _ in rows],
    }
    for learner in learners:
        began = time.process_time()
        sounds[learner.arm] = convert(learner, forms["features" if learner.arm == "features" else "units"], rows, cache)
        print(learner.arm, f"converted in {time.process_time() - began:.0f} s", flush=True)
    found = {name: judge(waveforms, rows, digits, speakers, places) for name, waveforms in sounds.items()}
    result = {name: {what: interval(values) for what, values in of.items()} for name, of in found.items()}
    for arm in ("features", "prompt alone"):
        result[arm]["minus units"] = {
            what: interval(np.array(values) - np.array(found["units"][what])) for what, values in found[arm].items()
        }
    return (
        {"rows": result, "chance": {"digit": 1 / len(digits.classes), "voice": 1 / len(speakers.classes)}},
        sounds,
        rows,
    )


@torch.no_grad()
def probes(data):
    """What a linear classifier reads from each form: clips cut into quarters, the mean of the rows or the histogram
    of the units of each."""
    semantic = SemanticTokenizer.from_pretrained()
    (waveforms, digits, speakers, splits) = load_digits(data)
    features = in_batches(semantic.features, waveforms)
    rows = np.stack([mean_of_quarters(f) for f in features])
    rows = (rows - rows.mean(0)) / rows.std(0)
    heaps = np.stack(
        [histogram_of_quarters(torch.cdist(f, semantic.units).argmin(1), semantic.n_units) for f in features]
    )

    def both(X, strengths):
        return {
            "digit": best([digit_probe(lambda _: X, digits, speakers, c) for c in strengths]),
            "speaker": best([speaker_probe(X, speakers, splits, c) for c in strengths]),
        }

    result = {"units": both(heaps, (1.0,)), "features": both(rows, STRENGTHS)}
    for of in result.values():
        of["digit"].pop("confusion")
    return result


def save(path, section, result):
    everything = json.loads(path.read_text()) if path.exists() else {}
    everything[section] = result
    path.write_text(json.dumps(everything, indent=1) + "\n")


def measure(args):
    forms = bundles()
    learners = learners_of(args, forms)
    if not all(learner.done for learner in learners):
        raise SystemExit("the models are not trained to their end yet: run `train` again")
    save(
        args.out,
        "setting",
        {
            "tokenizers": {name: forms["units"].fingerprint()[name] for name in ("codec", "semantic")},
            "parameters": sum(p.numel() for p in learners[0].model.parameters()),
            "size": f"4 + 1 layers, width {args.width}, 4 heads, 3 codebooks of 1024",
            "seconds": args.seconds,
            "frames_per_batch": args.frames,
            "learning_rate": args.learning_rate,
            "train_examples": len(learners[0].shard),
            "valid_examples": len(learners[0].valid),
            "train_minutes": learners[0].shard.index["target_frames"] / 3000,
        },
    )
    save(args.out, "loss", losses(learners, args.data))
    result, sounds, rows = conversions(learners, forms, args.data)
    save(args.out, "conversion", result)
    for i, (source, _, wanted) in enumerate(rows[:10]):  # to listen to
        for name, of in sounds.items():
            way = name.replace(" ", "_").replace(",", "")
            file = f"{i}_{source.speaker}_says_{source.text}_as_{wanted.speaker}_{way}.wav"
            save_audio(args.run / "sounds" / file, of[i], 16_000)
    if not args.no_probes:
        save(args.out, "probe", probes(args.data))


def table(measured):
    def show(x, form="{:.3f}"):
        return f"{form.format(x['mean'])} ± {form.format(x['ci95'])}"

    if "setting" in measured:
        print(
            "\n" + ", ".join(f"{name} {value}" for name, value in measured["setting"].items() if name != "tokenizers")
        )
    if "loss" in measured:
        part = measured["loss"]
        print(
            "\nLoss in nats per code on held-out targets; by the frequency of codes "
            f"{show(part['by_frequency']['loss'])}, per codebook "
            + " ".join(f"{x:.2f}" for x in part["by_frequency"]["per_codebook"])
        )
        for arm, of in part["arms"].items():
            print(
                f"{arm:13s} {show(of['loss'])}; per codebook "
                + " ".join(f"{x:.2f}" for x in of["per_codebook"])
                + f"; {of['steps']} steps in {of['seconds']:.0f} s; source another speaker "
                f"{show(of['source is another speaker'])}, moved voice {show(of['source is the moved voice'])}"
            )
            print(
                "              rise with other "
                + ", ".join(f"{what} {show(x)}" for what, x in of["rise"].items())
                + "".join(f"; minus units ({what}) {show(x)}" for what, x in of.get("minus units", {}).items())
            )
    if "conversion" in measured:
        part = measured["conversion"]
        print(f"\nConverted digits; chance: digit {part['chance']['digit']:.0%}, voice {part['chance']['voice']:.0%}")
        for name, of in part["rows"].items():
            print(
                f"{name:30s} "
                + "; ".join(
                    f"{what} {show(x, '{:.1%}' if what in ('digit', 'both') or what.startswith('voice') else '{:.3f}')}"
                    for what, x in of.items()
                    if what != "minus units"
                )
            )
            if "minus units" in of:
                print(
                    f"{'':30s} minus units: " + "; ".join(f"{what} {show(x)}" for what, x in of["minus units"].items())
                )
    if "probe" in measured:
        print("\nLinear probes")
        for form, of in measured["probe"].items():
            print(f"{form:13s} " + ", ".join(f"{what} {x['accuracy']:.1%} ± {x['ci95']:.1%}" for what, x in of.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["train", "measure", "table"])
    parser.add_argument("--out", type=Path, default=HERE / "conversion.json")
    parser.add_argument("--data", type=Path, default=DATA, help=f"folder of corpora with manifests; {CORPUS} is used")
    parser.add_argument("--run", type=Path, default=ROOT / "runs" / "conversion", help="folder of shards and models")
    parser.add_argument("--seconds", type=float, default=150, help="processor time of training per model")
    parser.add_argument("--slice", type=float, default=5, help="seconds per turn")
    parser.add_argument(
        "--minutes",
        type=float,
        default=600,
        help="by the clock, after which no further turn begins; the same call goes on",
    )
    parser.add_argument("--width", type=int, default=96, help="of the models")
    parser.add_argument("--frames", type=int, default=800, help="frames per batch")
    parser.add_argument("--learning-rate", type=float, default=3e-3, help="at the peak")
    parser.add_argument("--no-probes", action="store_true", help="leave the probes out")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.part == "train":
        return train(args)
    if args.part == "measure":
        measure(args)
    table(json.loads(args.out.read_text()))


if __name__ == "__main__":
    main()
