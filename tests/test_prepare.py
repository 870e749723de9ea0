"""`uniaudio prepare` survives `kill -9`: started again it goes on and leaves the same bytes; two machines leave them
too; and no file and no example is lost silently."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
import torch

from uniaudio_nb.corpora import read_corpora
from uniaudio_nb.conditions import Aligner
from uniaudio_nb.tasks import TASKS, untrained_tokenizers
from uniaudio_nb.shards import ShardFile, Shard

ASKED = {"train": 6, "valid": 2}
SPOILT = {"empty.wav": "empty", "nan.wav": "NaN", "text.wav": "", "cut.flac": ""}  # file -> a word of the reason

MUTE = ["mute.wav", "mute_too.wav"]  # speech without a text


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    "Tokenizers, and a data folder of the samples and a corpus with four spoilt files and a good one."
    place = tmp_path_factory.mktemp("prepare")
    bundle = untrained_tokenizers()
    for name, part in (("codec", bundle.codec), ("semantic", bundle.semantic), ("text", bundle.text)):
        part.save_pretrained(place / "tokenizers" / name)
    torch.manual_seed(0)
    Aligner(16).save_pretrained(place / "tokenizers" / "aligner")
    shutil.copytree("data_samples", place / "data" / "samples", ignore=shutil.ignore_patterns("generator", "*.py"))
    mine = place / "data" / "mine"
    mine.mkdir()
    tone = 0.1 * np.sin(np.arange(16_000) / 10)
    soundfile.write(mine / "good.wav", tone, 16_000)
    (mine / "empty.wav").write_bytes(b"")
    soundfile.write(mine / "nan.wav", np.where(np.arange(16_000) == 500, np.nan, tone), 16_000, subtype="FLOAT")
    (mine / "text.wav").write_text("this is no sound")
    soundfile.write(mine / "cut.flac", tone, 16_000)
    (mine / "cut.flac").write_bytes((mine / "cut.flac").read_bytes()[:2000])
    for name in MUTE:
        soundfile.write(mine / name, tone, 16_000)
    (mine / "manifest.csv").write_text(
        "path,kind,text\n"
        + "".join(f"{name},sound,a tone\n" for name in ["good.wav", *SPOILT])
        + "".join(f"{name},speech,\n" for name in MUTE)
    )
    return place


def command(place, out, *more):
    return [
        sys.executable,
        "-m",
        "uniaudio_nb",
        "prepare",
        "--data",
        str(place / "data"),
        "--out",
        str(place / out),
        "--tokenizers",
        str(place / "tokenizers"),
        "--examples",
        str(ASKED["train"]),
        "--valid-examples",
        str(ASKED["valid"]),
        "--per-file",
        "2",
        *more,
    ]


def run(*arguments):
    done = subprocess.run(command(*arguments), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def stamps(folder):
    return {p: p.stat().st_mtime_ns for p in folder.rglob("*")}


@pytest.fixture(scope="module")
def undisturbed(place):
    said = run(place, "undisturbed")
    assert "4 left out" in said and "report.json" in said
    return place / "undisturbed"


def test_all_tasks_are_there(undisturbed):
    report = json.loads((undisturbed / "report.json").read_text())
    assert set(report["shards"]) == {f"{name}-{split}" for name in TASKS for split in ASKED} and report["lacking"] == {}
    for name in report["shards"]:
        shard = Shard(undisturbed / name, untrained_tokenizers().fingerprint())
        assert len(shard) == report["shards"][name]["written"] > 0
        for i in range(len(shard)):
            assert len(shard.example(i)[1]) > 0


def test_every_spoilt_file_is_listed(undisturbed):
    report = json.loads((undisturbed / "report.json").read_text())["recordings"]
    left_out = {row["path"].split("/")[-1]: row["reason"] for row in report["left_out"]}
    assert set(left_out) == set(SPOILT)
    for name, word in SPOILT.items():
        assert name in left_out[name] and word in left_out[name]
    assert (
        report["found"] == report["used"] + len(report["left_out"]) == len(read_corpora("data_samples")) + 5 + len(MUTE)
    )


def test_recordings_that_a_task_can_not_use_are_counted(place, undisturbed):
    report = json.loads((undisturbed / "report.json").read_text())
    assert set(report["targets"]) == set(report["shards"]) and report["unused"] == []
    for target in report["targets"].values():
        assert target["recordings"] == target["usable"] + sum(target["left_out"].values())
    recordings = [r for r in read_corpora(place / "data", []) if r.path.name not in SPOILT]
    for kind, task in (("speech", "se"), ("singing", "svs"), ("sound", "sound"), ("music", "music")):
        assert sum(report["targets"][f"{task}-{split}"]["recordings"] for split in ASKED) == sum(
            r.kind == kind for r in recordings
        )
    for task, lost in (("tts", 2), ("itts", 2), ("sedit", 2), ("se", 0)):
        reasons = [report["targets"][f"{task}-{split}"]["left_out"] for split in ASKED]
        assert sum(reason.get("it has no text", 0) for reason in reasons) == lost
        assert sum(sum(reason.values()) for reason in reasons) == lost


def test_shards_know_their_aligner(place, undisturbed, capsys):
    aligner = Aligner.from_pretrained(place / "tokenizers" / "aligner").fingerprint()
    report = json.loads((undisturbed / "report.json").read_text())
    assert report["aligner"] == aligner
    for name in report["shards"]:
        assert Shard(undisturbed / name).index["aligner"] == (
            aligner if name.split("-")[0] in ("sedit", "svs") else None
        )
    from uniaudio_nb.cli import main

    shutil.copytree(place / "tokenizers", place / "deaf", ignore=shutil.ignore_patterns("aligner"))
    shutil.copytree(undisturbed, place / "estimated")
    arguments = command(place, "estimated")[3:]
    arguments[arguments.index("--tokenizers") + 1] = str(place / "deaf")
    assert main([*arguments, "--tasks", "tts,sound"]) == 0  # they never asked it
    assert main([*arguments, "--tasks", "sedit"]) == 2
    assert "sedit-train was made with another aligner" in capsys.readouterr().err
    fresh = [str(place / "fresh") if x == str(place / "estimated") else x for x in arguments]
    assert main([*fresh, "--tasks", "sedit"]) == 0  # without one the borders are estimated: other examples
    assert (place / "fresh" / "sedit-train" / "00000.safetensors").read_bytes() != (
        undisturbed / "sedit-train" / "00000.safetensors"
    ).read_bytes()
    first, second = (Shard(place / folder / "sedit-train") for folder in ("fresh", "undisturbed"))
    for i in range(len(first)):
        assert torch.equal(first.example(i)[1].ids, second.example(i)[1].ids)  # of the same recordings


def test_no_example_is_lost(undisturbed):
    report = json.loads((undisturbed / "report.json").read_text())["shards"]
    for name, shard in report.items():
        assert shard["asked"] == shard["written"] + len(shard["left_out"]) == ASKED[name.split("-")[1]]
        files = [ShardFile(path) for path in sorted((undisturbed / name).glob("*.safetensors"))]
        numbers = [int(n) for file in files for n in file.examples[:, 4]] + [row["number"] for row in shard["left_out"]]
        assert sorted(numbers) == list(range(shard["asked"])), "each number once: written, or left out with a reason"


def test_the_second_run_does_nothing(place, undisturbed):
    before = stamps(undisturbed)
    run(place, "undisturbed")
    assert stamps(undisturbed) == before


def test_killed_and_repeated_the_bytes_are_the_same(place, undisturbed):
    out = place / "killed"
    total = len(list(undisturbed.rglob("*.safetensors")))
    for wanted in (1, total // 3, 2 * total // 3):  # files that are there when the plug is pulled
        process = subprocess.Popen(
            command(place, "killed"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 600
        while len(list(out.rglob("[0-9]*.safetensors"))) < wanted:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
    assert len(list(out.rglob("[0-9]*.safetensors"))) < total and not (out / "report.json").exists()
    (out / "tse-valid").mkdir(exist_ok=True)
    # as a kill in the middle of writing leaves it
    (out / "tse-valid" / ".00000.0123abcd.safetensors").write_bytes(b"half")
    run(place, "killed")
    assert contents(out) == contents(undisturbed)


def test_two_machines_leave_the_same_bytes(place, undisturbed):
    both = [
        subprocess.Popen(
            command(place, "shared", "--part", f"{i}/2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for i in range(2)
    ]
    for process in both:
        assert process.communicate() and process.returncode == 0
    files = {n: x for n, x in contents(place / "shared").items() if n.endswith(".safetensors")}
    assert files == {n: x for n, x in contents(undisturbed).items() if n.endswith(".safetensors")}
    run(place, "shared")  # whoever looks last writes the report of the whole
    assert contents(place / "shared") == contents(undisturbed)


def test_another_seed_gives_other_examples(place, undisturbed):
    run(place, "seed", "--seed", "1", "--tasks", "sound")
    assert (place / "seed" / "sound-train" / "00000.safetensors").read_bytes() != (
        undisturbed / "sound-train" / "00000.safetensors"
    ).read_bytes()


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["--max-bad", "0.001"], "recordings can't be used, more than 0%"),
        (["--part", "2/2"], "0 <= i < n"),
        (["--tasks", "sing"], "unknown task 'sing'"),
        (["--examples", "0"], "at least 1"),
    ],
)
def test_mistakes_are_one_sentence(place, arguments, words, capsys):
    from uniaudio_nb.cli import main

    assert main(command(place, "wrong", *arguments)[3:]) == 2
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1


def test_other_recordings_are_refused(place, undisturbed, capsys):
    from uniaudio_nb.cli import main

    other = place / "other"
    other.mkdir()
    shutil.copytree(undisturbed / "sound-train", other / "sound-train")
    (other / "data").mkdir()
    for name in ("manifest.csv", "good.wav", *SPOILT, *MUTE):
        shutil.copy(place / "data" / "mine" / name, other / "data")
    arguments = command(place, "other", "--tasks", "sound", "--max-bad", "1")[3:]
    arguments[arguments.index("--data") + 1] = str(other / "data")
    assert main(arguments) == 2 and "another recordings" in capsys.readouterr().err
