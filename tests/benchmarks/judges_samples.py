"""Train the judges of `data_samples` into the package, write their card, and say how good they are.

    python tests/benchmarks/judges_samples.py            what is there is kept; six minutes on one core
    python tests/benchmarks/judges_samples.py --figures  the table alone

They learn from the original clips of the train split and are measured on the valid split, as recorded and through the
three codebooks of the shipped codec that language models use. The share is the lower of the two families' ratios.
"""

import argparse
import json
from pathlib import Path

import torch

from uniaudio_nb.codec import Codec
from uniaudio_nb.corpora import assign_splits, read_corpora
from uniaudio_nb.engine import shipped_folder, write_card
from uniaudio_nb.metrics import FAMILIES, load_judges
from uniaudio_nb.systems import KINDS_OF_CLASSES, Material, judge_examples
from uniaudio_nb.systems.own_judges import _train

ROOT = Path(__file__).parents[2]
SHIPPED = shipped_folder("judges_samples")
STEPS = {"digits": 250, "speakers": 200, "instruments": 250, "sounds": 250, "tags": 300}


@torch.no_grad()
def measure(material, codec):
    "Per judge and family: clips, share of the originals heard right, share through the codec."
    found = {}
    for name, judges in load_judges(SHIPPED).items():
        kind = KINDS_OF_CLASSES[name]
        clips = [r for r in kind.recordings(material) if r.split == "valid" and kind.name(r) in judges[0].classes]
        for judge in judges:
            sounds = [r.load(16_000) for r in clips]
            coded = [codec.decode(codec.encode(x[None], n_codebooks=3))[0, :, : x.shape[1]] for x in sounds]
            right = [
                sum(judge.hear(x) == kind.name(r) for x, r in zip(each, clips)) / len(clips) for each in (sounds, coded)
            ]
            found.setdefault(name, {})[judge.family] = {"clips": len(clips), "original": right[0], "3": right[1]}
    return found


def table(found):
    lines = ["| judge | family | clips | original | 3 codebooks |", "|---|---|---|---|---|"]
    for name, families in found.items():
        lines += [
            f"| {name} | {family} | {r['clips']} | {r['original']:.0%} | {r['3']:.0%} |"
            for family, r in families.items()
        ]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", action="store_true", help="train nothing")
    args = parser.parse_args()
    material = Material(assign_splits(read_corpora(ROOT / "data_samples")))
    for name, steps in STEPS.items():
        for family in FAMILIES:
            if not args.figures and not (SHIPPED / name / family / "config.json").is_file():
                _train(material, name, family, SHIPPED, steps)
                print(f"{name} {family}: {steps} steps", flush=True)
    found = measure(material, Codec.from_pretrained())
    (SHIPPED / "figures.json").write_text(json.dumps(found, indent=1) + "\n")
    facts = {
        "licence": "CC BY-SA 4.0, as all weights beside them; what they learned from is named below",
        "training": "original clips of the train split, batches of 32, steps: "
        + ", ".join(f"{name} {n}" for name, n in STEPS.items()),
        "trained again by": "`python tests/benchmarks/judges_samples.py`, with this folder removed",
    }
    about = (
        "Judges for the words, voices, instruments and sounds of `data_samples`, two of each kind: `judges_for` finds "
        "them. Weights are stored in 16 bits.\n\n## Figures\n\n" + table(found) + "\n\n## Facts"
    )
    heard = {r.path: r for name in KINDS_OF_CLASSES for r in judge_examples(material, name)[0]}
    write_card(SHIPPED, "The judges of data_samples", about, facts, list(heard.values()))
    print(table(found))


if __name__ == "__main__":
    main()
