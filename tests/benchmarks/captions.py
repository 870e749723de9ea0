"""Does the shipped caption encoder know what sounds are called? Measured on sounds and sentences it was not trained on.

    python tests/benchmarks/captions.py                     retrieval and paraphrases of the shipped encoder
    python tests/benchmarks/captions.py --model runs/text/matcher
    python tests/benchmarks/captions.py --train runs/text   train on all corpora, or go on with it
    python tests/benchmarks/captions.py --ship runs/text    put the result into the package, with a card

Prints tables and writes JSON beside them (`--out`). Retrieval: for each ESC-10 clip of the split `valid`, the caption
among the ten of the classes that the matcher scores highest. Paraphrases: the class caption nearest to a sentence. No
sentence below can come out of the rules that make the training texts, not even with a word dropped: that is checked
first. They are sorted by what training knows of them.
"""

import argparse
import itertools
import json
import math
from pathlib import Path

import torch

from uniaudio_nb.corpora import read_corpora, assign_splits
from uniaudio_nb.engine import shipped_folder, write_card
from uniaudio_nb.conditions import (
    CaptionMatcher,
    caption_of,
    class_of,
    train_matcher,
    AFTER,
    BEFORE,
    LEXICON,
    captions_for,
)
from uniaudio_nb.conditions.captions import CaptionConfig, split_words

DATA = Path(__file__).parents[3] / "shared" / "data"
STEPS, CONFIG = 2000, CaptionConfig(n_rows=8192)  # of the shipped encoder
PARAPHRASES = {  # class of ESC-10: sentences for it. Written before any training text was; no code trains on them
    "dog": [
        "a dog is barking",
        "the neighbour's dog won't stop barking",
        "a puppy yaps at the postman",
        "woof woof",
        "a hound baying in the yard",
        "several dogs bark at each other",
        "my terrier growls and barks",
        "canine barks",
    ],
    "rooster": [
        "a rooster is crowing",
        "cock-a-doodle-doo",
        "the cockerel greets the morning",
        "a cock crows at dawn",
        "farmyard rooster waking everyone up",
        "the call of a rooster early in the day",
        "poultry crowing on a farm",
        "a male chicken crows",
    ],
    "rain": [
        "rain is falling",
        "it is pouring outside",
        "raindrops hit the window pane",
        "a heavy downpour",
        "drizzle on an umbrella",
        "wet weather, water pattering on the roof",
        "a rainy afternoon",
        "the sound of rain on leaves",
    ],
    "sea_waves": [
        "waves are crashing on the beach",
        "the sea at the shore",
        "surf rolling in",
        "the ocean on a calm day",
        "breakers hitting the rocks",
        "water lapping against the coast",
        "a seaside with rolling waves",
        "the tide comes in",
    ],
    "crackling_fire": [
        "a fire is crackling",
        "logs burning in the fireplace",
        "flames and embers popping",
        "a campfire at night",
        "burning wood crackles",
        "a bonfire",
        "something is on fire",
        "the hearth on a winter evening",
    ],
    "crying_baby": [
        "a baby is crying",
        "an infant screams for its mother",
        "a newborn wails",
        "a little child sobbing",
        "the toddler weeps",
        "babies crying in a nursery",
        "an unhappy baby",
        "someone's kid bawling",
    ],
    "sneezing": [
        "someone is sneezing",
        "a woman sneezes",
        "achoo",
        "a man with a cold sneezes loudly",
        "a sudden sneeze",
        "three sneezes in a row",
        "a person with hay fever",
        "ah-choo, bless you",
    ],
    "clock_tick": [
        "a clock is ticking",
        "tick tock tick tock",
        "the second hand of a watch",
        "an old grandfather clock",
        "a timepiece counts the seconds",
        "a quiet room with a wall clock",
        "a metronome-like ticking",
        "the alarm clock ticks beside the bed",
    ],
    "helicopter": [
        "a helicopter is flying overhead",
        "a chopper passes by",
        "rotor blades whirling in the air",
        "an aircraft hovers above",
        "the rescue helicopter lands",
        "a military chopper circling",
        "helicopters in the sky",
        "propeller blades beating the air",
    ],
    "chainsaw": [
        "a chainsaw is running",
        "a lumberjack cuts down a tree",
        "someone sawing wood with a motor saw",
        "a chain saw in the forest",
        "loggers at work with power saws",
        "cutting timber with an engine-driven saw",
        "the buzz of a chainsaw",
        "trees being felled",
    ],
}
# say nothing about a sound
SMALL = set("a an the of in on at to it its is are be and with by for my some someone's one's this that".split())


def load(data):
    return assign_splits([r for r in read_corpora(data) if r.kind != "room"])


def training_texts(train):
    "Every class's cores: what the lexicon says, and the recordings' own captions."
    cores = {name: {tuple(split_words(core)) for core in captions_for(name)} for name in LEXICON}
    for r in train:
        if caption_of(r):
            cores.setdefault(class_of(r), set()).add(tuple(split_words(caption_of(r))))
    return cores


def check_apart(cores):
    """No paraphrase may be a training text: a core, perhaps with one word dropped, in a frame. `AssertionError` names
    one that is."""
    frames = list(itertools.product({tuple(x.split()) for x in BEFORE}, {tuple(x.split()) for x in AFTER}))
    every = {core for of_class in cores.values() for core in of_class}
    every |= {core[:i] + core[i + 1 :] for core in every for i in range(len(core)) if len(core) > 2}
    for name, sentences in PARAPHRASES.items():
        for sentence in sentences:
            words = tuple(split_words(sentence))
            for before, after in frames:
                end = len(words) - len(after)
                if words[: len(before)] == before and words[end:] == after and len(before) <= end:
                    assert words[len(before) : end] not in every, f"{name}: {sentence!r} is a training text"


def interval(right, n):
    "Wilson's 95 % interval of a share."
    share, z = right / n, 1.96
    middle, half = share + z * z / (2 * n), z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return {
        "share": share,
        "ci95": [(middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)],
        "right": right,
        "of": n,
    }


@torch.no_grad()
def measure(matcher, recordings):
    train, valid = ([r for r in recordings if r.split == split] for split in ("train", "valid"))
    clips, cores = [r for r in valid if r.corpus == "esc10"], training_texts(train)
    check_apart(cores)
    names = sorted(PARAPHRASES)
    captions = [next(r.text for r in train if r.corpus == "esc10" and r.label == name) for name in names]
    points = matcher.text.embed(captions)
    answers = [names[(matcher.embed_audio(r.load()[None]) @ points.T).argmax()] for r in clips]
    right = [a == r.label for a, r in zip(answers, clips, strict=True)]
    result = {
        "retrieval": interval(sum(right), len(right)),
        "classes": {
            name: interval(
                sum(ok for ok, r in zip(right, clips, strict=True) if r.label == name),
                sum(r.label == name for r in clips),
            )
            for name in names
        },
    }
    # words that training uses for the class
    known = {name: {word for core in cores[name] for word in core} - SMALL for name in names}
    rows = []
    for name in names:
        for sentence, nearest in zip(
            PARAPHRASES[name], (matcher.text.embed(PARAPHRASES[name]) @ points.T).argmax(1).tolist(), strict=True
        ):
            words = set(split_words(sentence)) - SMALL
            rows.append(
                {
                    "class": name,
                    "sentence": sentence,
                    "nearest": names[nearest],
                    "known": len(words & known[name]),
                    "words": len(words),
                }
            )
    groups = {
        "all": rows,
        "all words known": [r for r in rows if r["known"] == r["words"]],
        "some words known": [r for r in rows if 0 < r["known"] < r["words"]],
        "no word known": [r for r in rows if not r["known"]],
    }
    result["paraphrases"] = {
        name: interval(sum(r["nearest"] == r["class"] for r in group), len(group)) for name, group in groups.items()
    }
    result["overlap"] = sum(r["known"] for r in rows) / sum(r["words"] for r in rows)
    result["wrong"] = [f"{r['sentence']} ({r['class']}): {r['nearest']}" for r in rows if r["nearest"] != r["class"]]
    return result


def table(result):
    def row(name, x):
        return f"| {name} | {x['share']:.1%} | {x['ci95'][0]:.1%} to {x['ci95'][1]:.1%} | {x['right']} of {x['of']} |"

    lines = [
        "| | right | 95 % interval | |",
        "|---|---|---|---|",
        row("retrieval among ten captions, ESC-10 `valid`", result["retrieval"]),
    ]
    lines += [row(f"paraphrases, {name}", x) for name, x in result["paraphrases"].items()]
    lines += [
        "",
        "retrieval by class: " + ", ".join(f"{name} {x['right']}/{x['of']}" for name, x in result["classes"].items()),
        f"of the paraphrases' words, small ones left out, {result['overlap']:.0%} are used in training for the class "
        "(exact spelling)",
        "wrong: " + "; ".join(result["wrong"]),
    ]
    return "\n".join(lines)


def ship(run, recordings):
    "Copy a trained matcher into the package by halves, measure the copy, and write its card."
    folder = shipped_folder("text")
    CaptionMatcher.from_pretrained(Path(run) / "matcher").save_pretrained(folder, half=True)
    matcher, done = CaptionMatcher.from_pretrained(), json.loads((Path(run) / "done.json").read_text())
    result = measure(matcher, recordings)
    train = [r for r in recordings if r.split == "train" and caption_of(r)]
    text = sum(p.numel() for p in matcher.text.parameters())
    facts = {
        "licence": "CC BY-SA 4.0 (some of the recordings are share-alike); the attributions below stay with every copy",
        "shape": f"caption encoder: {text:,} parameters, {matcher.text.config.n_layers} Transformer blocks of width "
        f"{matcher.text.dimension}, {matcher.text.config.n_rows} rows of word pieces; audio tower (in "
        f"`audio/`): {sum(p.numel() for p in matcher.parameters()) - text:,}",
        "training": f"{done['step']} steps of 32 clips of 2 s with two wordings each, {done['seconds'] / 60:.0f} "
        "minutes on a share of one CPU core",
        "trained again by": f"`python tests/benchmarks/captions.py --train {run}`, then `--ship {run}`",
        "data": f"the train splits of {len(set(r.corpus for r in train))} corpora, {len(train)} recordings with a "
        f"caption, {len(set(map(class_of, train)))} classes; wordings by the rules of the notebook "
        "conditions/08_rewording",
        "measured": "by `python tests/benchmarks/captions.py`; the sentences, and which of their words training knows, "
        "are in that file and in figures.json",
        "limits": "words that are neither in the lexicon nor near one in spelling mean nothing to it; it knows no "
        'grammar ("a dog without rain" is rainy)',
    }
    about = (
        "The caption encoder that comes with uniaudio-nb, trained against sounds and frozen: load it with "
        "`CaptionEncoder.from_pretrained()`, or with its audio tower by `CaptionMatcher.from_pretrained()`. Weights "
        "are stored in 16 bits.\n\n## Figures\n\n" + table(result) + "\n\n## Facts"
    )
    write_card(folder, "The shipped caption encoder", about, facts, train)
    (folder / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder of a matcher; default: the shipped one")
    parser.add_argument(
        "--data", default=str(DATA), help="folder with the corpora; default: ../shared/data beside the project"
    )
    parser.add_argument("--out", help="JSON file to write")
    parser.add_argument("--train", metavar="RUN", help="run folder")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the training")
    parser.add_argument("--ship", metavar="RUN", help="run folder of a finished training")
    args = parser.parse_args()
    recordings = load(args.data)
    if args.train:
        check_apart(training_texts([r for r in recordings if r.split == "train"]))
        return train_matcher(recordings, args.train, minutes=None, steps=args.steps, config=CONFIG).save_pretrained(
            Path(args.train) / "matcher"
        )
    result = (
        ship(args.ship, recordings) if args.ship else measure(CaptionMatcher.from_pretrained(args.model), recordings)
    )
    print(table(result))
    if args.out:
        Path(args.out).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
