"""An evaluation rejects what is no model, goes on where it was stopped, and asks the same questions everywhere."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from uniaudio_nb.codec import Codec
from uniaudio_nb.corpora import assign_splits, read_corpora
from uniaudio_nb.lm import MultiScaleConfig, MultiScaleTransformer
from uniaudio_nb.systems import Generation, Material, UniAudio, build_case, choose_cases, committed_cases
from uniaudio_nb.corpora import name_of
from uniaudio_nb.systems import evaluate_model
from uniaudio_nb.tasks import TASKS, Tokenizers, untrained_tokenizers

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data"
TASK_ARGUMENTS = ("--tasks", "tts,svs", "--cases", "8")


@pytest.fixture(scope="module")
def shuffled():
    "The shipped codec, and a language model whose weights are what a shuffle leaves: random."
    torch.manual_seed(0)
    parts = untrained_tokenizers()
    bundle = Tokenizers(Codec.from_pretrained(), parts.semantic, parts.text)
    size = dict(n_layers=2, n_local_layers=1, width=48, context=700)
    tokens = dict(vocabulary_size=len(bundle.vocabulary), continuous_dimension=bundle.text.dimension)
    return UniAudio(MultiScaleTransformer(MultiScaleConfig.tiny(**size, **tokens)), bundle)


@pytest.fixture(scope="module")
def material():
    return Material(assign_splits(read_corpora(ROOT / "data_samples")))


@pytest.fixture(scope="module")
def folder(shuffled, tmp_path_factory):
    place = tmp_path_factory.mktemp("evaluated")
    shuffled.save_pretrained(place / "model")
    return place


def command(folder, *arguments):
    places = ["--model", folder / "model", "--data", ROOT / "data_samples", "--out", folder / "report"]
    call = [sys.executable, "-m", "uniaudio_nb", "evaluate", *map(str, places), *arguments]
    return subprocess.run(call, capture_output=True, text=True)


def test_shuffled_weights_are_rejected(folder):
    done = command(folder, *TASK_ARGUMENTS)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "This is not a model: in none of 3 figures is it above what one gets for doing nothing." in done.stdout
    report = json.loads((folder / "report" / "report.json").read_text())
    (singing,) = report["tasks"]["svs"]["figures"]
    assert singing["ceiling"][0] > 0.9 > 0.5 > singing["model"][0]
    assert (folder / "report" / "report.html").read_text().count("<audio") >= 2 * 3 * 3


def test_the_same_command_generates_nothing_again(folder):
    answers = sorted((folder / "report" / "answers").glob("*.safetensors"))
    before = {path: path.stat().st_mtime_ns for path in answers}
    (folder / "report" / "report.json").unlink()
    (folder / "report" / "answers" / "svs.safetensors").unlink()  # as if it had been stopped there
    done = command(folder, *TASK_ARGUMENTS)
    assert done.returncode == 1 and len(before) == 2
    for path in answers:
        assert (path.stat().st_mtime_ns == before[path]) is (path.stem == "tts")
    assert (folder / "report" / "report.json").is_file()


class Copies(UniAudio):
    "Returns its prompt, through the codec as a language model that copies would."

    def generate_batch(self, requests, **_):
        codes = [self.tokenizers.encode(request["prompt"][0]) for request in requests]
        return [Generation(self.tokenizers.decode(each).clamp(-1, 1), 16_000, each) for each in codes]


def test_a_copy_of_the_prompt_is_rejected(shuffled, material):
    copies = Copies(shuffled.model, shuffled.tokenizers)
    report = evaluate_model(copies, material.recordings, material=material, tasks=["tts", "vc"], cases=6, judges={})
    assert report["rejected"] == "it returns its prompt: 100 % of tts, 100 % of vc"


def test_every_committed_row_names_its_recordings():
    listed = committed_cases()
    assert set(listed) == set(TASKS)
    for task, rows in listed.items():
        assert len(rows) >= (18 if task in ("svs", "music") else 40), task
        assert len({json.dumps(row) for row in rows}) == len(rows), f"{task}: a row stands twice"
        for row in rows:
            for name in row["clips"]:
                assert "/audio/" in name and not name.startswith("/") and ".." not in name


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the recordings of ../shared/data")
def test_the_committed_list_is_used_and_held_out():
    material = Material(assign_splits(read_corpora(REAL)))
    rows, origin = choose_cases(material, limit=3)
    assert set(origin.values()) == {"committed"} and set(rows) == set(TASKS)
    train = {name_of(r) for r in material.recordings if r.split != "valid"}
    singles = ("prompt", "audio", "other", "noise", "room")
    for task, mine in committed_cases().items():
        for row in mine:
            named = [*row["clips"], *row.get("string", ()), *(row[key] for key in singles if key in row)]
            assert not train & set(named), f"{task}: {row} is made of recordings that models are trained on"
    for task, mine in rows.items():
        for row in mine:
            assert all(x.any() and x.isfinite().all() for x in build_case(task, row, material).targets)
