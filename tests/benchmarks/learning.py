"""What does a frame teach? The same shards, the same budget, one thing changed at a time.

    python tests/benchmarks/learning.py --data ../shared/data                       all variants, two seeds: a night
    python tests/benchmarks/learning.py --variants base adamw --frames 500000       two of them, half a million frames
    python tests/benchmarks/learning.py --list                                      what each variant changes

Shards of all eleven tasks are made once in `--work` (600 + 64 examples of each). Every variant trains on them for the
same number of frames, 4 layers of 128 unless it says otherwise.
Reported: training loss of the last tenth, validation loss, both for all tasks, processor seconds, frames per processor
second; with `--ask tts sound` also the figures of
these tasks, 50 cases each: what was generated, as judges of another kind hear it. Results are added to `--out` (JSON
lines); what stands there is not trained again.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from uniaudio_nb.corpora import assign_splits, read_corpora
from uniaudio_nb.engine import LoopConfig
from uniaudio_nb.lm import GenerationConfig, MultiScaleConfig, TrainConfig, load_model, train
from uniaudio_nb.shards.write import prepare_shards
from uniaudio_nb.systems.evaluate import evaluate_model
from uniaudio_nb.systems.uniaudio import GENERATION, UniAudio, load_tokenizers
from uniaudio_nb.systems.uniaudio.long_training import VARIETY, training_material
from uniaudio_nb.tasks import TASKS

BASE = MultiScaleConfig.tiny(dropout=0.0, aligned=True)
VARIANTS = {  # name: (changes of the model, of the loop, of the training, are audio conditions vectors?)
    "base": ({}, {}, {}, True),
    "adamw": ({}, {"optimizer": "adamw", "learning_rate": 3e-3}, {}, True),
    "learning rate 1e-3": ({}, {"learning_rate": 1e-3}, {}, True),
    "learning rate 1e-2": ({}, {"learning_rate": 1e-2}, {}, True),
    "bfloat16": ({}, {"precision": "bfloat16"}, {}, True),
    "no aligned heads": ({"aligned": False}, {}, {}, True),
    "conditions in both directions": ({"prefix_attention": True}, {}, {}, True),
    "dropout 0.1": ({"dropout": 0.1}, {}, {}, True),
    "audio conditions as codes": ({}, {}, {}, False),
    "4,000 frames a batch": ({}, {}, {"frames_per_batch": 4000}, True),
    "width 192": ({"width": 192, "n_heads": 6}, {}, {}, True),
    "width 256": ({"width": 256}, {}, {}, True),
    "6 layers": ({"n_layers": 6}, {}, {}, True),
    "no code vectors at the start": ({}, {}, {"codebooks": None}, True),
    "conditions never dropped": ({}, {}, {"drop_conditions": 0.0}, True),
    "one model for each task": ({}, {}, {}, True),
}
ALONE = "one model for each task"  # eleven models, each with an eleventh of the frames


def prepared(work, data, audio_features):
    folder = Path(work) / ("vectors" if audio_features else "codes")
    tokenizers = load_tokenizers(audio_features=audio_features)
    if not (folder / "complete").is_file():
        recordings, _, cache = training_material(data)
        prepare_shards(
            recordings,
            tokenizers,
            folder,
            list(TASKS),
            counts={"train": 600, "valid": 64},
            cache=cache,
            variety=VARIETY,
        )
        (folder / "complete").touch()
    return folder, tokenizers


def train_one(name, seed, frames, work, data, tasks=None):
    "Train one model: its folder, tokenizers, rows of metrics, steps and processor seconds."
    model, loop, training, audio_features = VARIANTS[name]
    shards, tokenizers = prepared(work, data, audio_features)
    folder = Path(work) / "_".join(f"{name} {frames} {seed} {' '.join(tasks or ())}".split())
    config = TrainConfig(
        str(shards),
        str(folder),
        tokenizers.vocabulary.to_dict(),
        replace(BASE, **model),
        stage=2,
        tasks=tasks,
        alpha=0.0,
        frames_per_batch=1500,
        codebooks=tokenizers.codec.quantizer.code_vectors().cpu(),
        valid_examples=48,
        loop=LoopConfig(steps=1),
    )
    config = replace(config, **training)
    steps = round(frames / (0.78 * config.frames_per_batch))  # padding is 22 per cent of a batch
    config = replace(
        config,
        loop=replace(
            LoopConfig(steps=steps, learning_rate=3e-3, optimizer="muon", weight_decay=0.05, seed=seed, log_every=20),
            **loop,
        ),
    )
    began = time.process_time()
    train(config)
    seconds = time.process_time() - began
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return folder, tokenizers, rows, steps, seconds


def run(name, seed, frames, work, data, asked):
    "Train a variant, one model or one for each task, and say what came of it."
    groups = [[task] for task in TASKS] if name == ALONE else [list(TASKS)]
    recordings = assign_splits(read_corpora(data)) if asked else None
    training = []
    valid = {}
    figures = {}
    steps = 0
    seconds = 0.0
    for tasks in groups:
        share = frames // len(groups)
        folder, tokenizers, rows, mine, spent = train_one(
            name, seed, share, work, data, tasks if name == ALONE else None
        )
        losses = [r["loss"] for r in rows if "loss" in r]
        training.append(np.mean(losses[-max(1, len(losses) // 10) :]))
        valid |= {task: round(rows[-1][f"valid_{task}"], 3) for task in tasks}
        steps, seconds = steps + mine, seconds + spent
        for task in set(tasks) & set(asked):
            made, info = load_model(folder / "model")
            report = evaluate_model(
                UniAudio(made, tokenizers, info["tasks"]),
                recordings,
                tasks=[task],
                cases=50,
                config=GenerationConfig(**GENERATION),
            )
            figures[task] = {
                figure["name"]: round(figure["model"][0], 3) for figure in report["tasks"][task]["figures"]
            }
    return {
        "variant": name,
        "seed": seed,
        "frames": frames,
        "steps": steps,
        "processor_seconds": round(seconds),
        "frames_per_second": round(frames / seconds),
        "train": round(float(np.mean(training)), 3),
        "valid": round(float(np.mean(list(valid.values()))), 3),
        "tasks": valid,
        "figures": figures,
    }


def table(rows):
    lines = ["| variant | seeds | train | valid | frames per processor second |", "|---|---|---|---|---|"]
    for name in dict.fromkeys(r["variant"] for r in rows):
        mine = [r for r in rows if r["variant"] == name]
        mean = {key: np.mean([r[key] for r in mine]) for key in ("train", "valid", "frames_per_second")}
        spread = f" ± {np.std([r['valid'] for r in mine], ddof=1):.3f}" if len(mine) > 1 else ""
        lines.append(
            f"| {name} | {len(mine)} | {mean['train']:.3f} | {mean['valid']:.3f}{spread} | "
            f"{mean['frames_per_second']:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=str(Path(__file__).parents[3] / "shared" / "data"))
    parser.add_argument("--work", default="runs/learning", help="gets shards and runs (default: runs/learning)")
    parser.add_argument("--out", default="runs/learning/results.jsonl")
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS), metavar="NAME")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--ask",
        nargs="+",
        default=[],
        choices=list(TASKS),
        metavar="TASK",
        help="also generate for these tasks and have it judged",
    )
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    if given.list:
        told = {
            ALONE: "eleven models, each with an eleventh of the frames",
            "audio conditions as codes": "audio conditions as codes of K codebooks",
        }
        for name, (model, loop, training, _) in VARIANTS.items():
            print(f"{name}: {told.get(name) or {**model, **loop, **training} or 'nothing'}")
        raise SystemExit
    torch.set_num_threads(given.threads)
    Path(given.out).parent.mkdir(parents=True, exist_ok=True)
    done = (
        [json.loads(line) for line in Path(given.out).read_text(encoding="utf-8").splitlines()]
        if Path(given.out).is_file()
        else []
    )
    for name in given.variants:
        for seed in given.seeds:
            if any((r["variant"], r["seed"], r["frames"]) == (name, seed, given.frames) for r in done):
                continue
            done.append(run(name, seed, given.frames, given.work, given.data, given.ask))
            with open(given.out, "a", encoding="utf-8") as file:
                file.write(json.dumps(done[-1]) + "\n")
            print(json.dumps(done[-1]), flush=True)
    print(table([r for r in done if r["frames"] == given.frames]))
