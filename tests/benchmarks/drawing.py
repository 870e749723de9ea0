"""What is drawn out: the same weights, the same questions, other settings of the generation.

    python tests/benchmarks/drawing.py --data ../shared/data  the shipped model, all settings: an hour of one core
    python tests/benchmarks/drawing.py --model runs/tiny/model --tasks tts sedit --cases 12
    python tests/benchmarks/drawing.py --speed                                    only how fast each setting is

Every setting answers the first `--cases` questions of the committed list of each task, once per seed. Reported are the
figures of the lower judge beside floor and
ceiling, and seconds of sound per second of this machine, for one request of four seconds. Results are added to `--out`
(JSON lines); what stands there is not asked again.
"""

import argparse
import json
import time
from pathlib import Path

import torch

from uniaudio_nb.corpora import assign_splits, read_corpora
from uniaudio_nb.lm import GenerationConfig
from uniaudio_nb.systems.cases import Material
from uniaudio_nb.systems.evaluate import evaluate_model
from uniaudio_nb.systems.uniaudio import UniAudio
from uniaudio_nb.tasks import TASKS

SETTINGS = {
    "temperature 0.7": {"temperature": 0.7},
    "temperature 0": {"temperature": 0.0},
    "best of 4": {"temperature": 0.7, "n_samples": 4},
    "guidance 2.5": {"temperature": 0.7, "guidance_scale": 2.5},
    "guidance 2.5, best of 4": {"temperature": 0.7, "guidance_scale": 2.5, "n_samples": 4},
    "guidance 2.5, best of 4, temperature 0.4": {"temperature": 0.4, "guidance_scale": 2.5, "n_samples": 4},
    "guidance 1.5, best of 4": {"temperature": 0.7, "guidance_scale": 1.5, "n_samples": 4},
}


def figures(report):
    "Name what was measured, the model's value, floor and ceiling."
    rows = {}
    for figure in report["figures"]:
        floor, ceiling = (figure[side][0] if figure.get(side) else None for side in ("floor", "ceiling"))
        rows[figure["name"]] = {"model": figure["model"][0], "floor": floor, "ceiling": ceiling}
    return rows


def speed(model, settings):
    "Seconds of sound per second, for one request."
    config = GenerationConfig(**settings, min_seconds=4.0, max_seconds=4.0)
    times = []
    for seed in range(3):
        start = time.perf_counter()
        model.generate("sound", text="a dog barks", config=config, seed=seed)
        times.append(time.perf_counter() - start)
    return 4 / min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="../shared/data", help="folder with corpora (default: ../shared/data)")
    parser.add_argument("--model", help="model folder (default: the one that ships)")
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS), metavar="TASK")
    parser.add_argument(
        "--settings",
        nargs="+",
        choices=list(SETTINGS),
        default=list(SETTINGS),
        metavar="NAME",
        help=f"of {', '.join(SETTINGS)}",
    )
    parser.add_argument("--cases", type=int, default=24, help="per task (default: 24)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--out", default="drawing.jsonl")
    parser.add_argument("--speed", action="store_true", help="ask nothing, only measure how fast each setting is")
    given = parser.parse_args()

    torch.set_num_threads(2)
    model = UniAudio.from_pretrained(given.model)
    if given.speed:
        for name in given.settings:
            print(f"{name:44}{speed(model, SETTINGS[name]):6.2f} x real time", flush=True)
        return

    out = Path(given.out)
    done = (
        {(row["settings"], row["task"]) for row in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
        if out.is_file()
        else set()
    )
    recordings = assign_splits(read_corpora(given.data))
    material = Material(recordings)
    for task in given.tasks:
        for name in given.settings:
            if (name, task) in done:
                continue
            config = GenerationConfig(**SETTINGS[name])
            report = evaluate_model(
                model, recordings, tasks=[task], cases=given.cases, seeds=given.seeds, config=config, material=material
            )
            row = {"settings": name, "task": task, "seeds": given.seeds, "figures": figures(report["tasks"][task])}
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            for measure, figure in row["figures"].items():
                beside = (
                    ""
                    if figure["floor"] is None
                    else f"   floor {figure['floor']:.2f}, ceiling {figure['ceiling']:.2f}"
                )
                print(f"{task:9}{name:44}{measure:34}{figure['model']:6.2f}{beside}", flush=True)


if __name__ == "__main__":
    main()
