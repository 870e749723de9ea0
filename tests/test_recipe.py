"""The full training from nothing survives `kill -9`: started again it goes on, repeats no finished stage, and leaves
what an undisturbed run leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from uniaudio_nb.audio import load_audio
from uniaudio_nb.tasks import TASKS


def events(out):
    path = out / "stages.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def training(out):
    return [
        sys.executable,
        "-m",
        "uniaudio_nb",
        "train",
        "--data",
        "data_samples",
        "--out",
        str(out),
        "--minutes",
        "0.1",
        "--samples",
        "1",
        "--scratch",
    ]


def files(out):
    return {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    "A rehearsal that was killed twice, while it tokenized and while it trained, and then finished."
    out = tmp_path_factory.mktemp("runs") / "tiny"
    command = training(out)
    for stage in ("token shards", "language model, stage 2"):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        deadline = time.monotonic() + 240
        while not any(e["stage"] == stage and e["event"] == "start" for e in events(out)):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline, events(out)
            time.sleep(0.05)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return out


def test_no_finished_stage_is_repeated(run):
    seen = events(run)
    ended = [e["stage"] for e in seen if e["event"] == "end"]
    assert max(Counter(ended).values()) == 1 and len(ended) == 10
    for i, e in enumerate(seen):
        if e["event"] == "end":
            assert not any(later["stage"] == e["stage"] for later in seen[i + 1 :]), f"{e['stage']} ran again"
    assert len([e for e in seen if e["event"] == "start"]) > 10  # it was interrupted in the middle of something


def test_everything_is_there(run):
    there = files(run)
    assert {
        "run.json",
        "recordings.json",
        "report.json",
        "shards/complete.json",
        "evaluation/report.json",
        "evaluation/report.html",
        "model/config.json",
        "model/model.safetensors",
        "model/README.md",
        "stage_1/metrics.jsonl",
        "stage_2/metrics.jsonl",
        "codec/metrics.jsonl",
        "aligner/aligner/config.json",
        "model/durations/config.json",
    } <= there
    assert {f"shards/{n}-{s}/index.json" for n in TASKS for s in ("train", "valid")} <= there


def test_the_same_files_as_undisturbed(run, tmp_path):
    done = subprocess.run(training(tmp_path / "tiny"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert files(run) == files(tmp_path / "tiny")


def test_every_task_is_asked_and_heard(run):
    report = json.loads((run / "evaluation" / "report.json").read_text())
    assert set(report["tasks"]) == set(TASKS) and not report["not asked"]
    for name, part in report["tasks"].items():
        (sample,) = part["samples"]
        waveform, rate = load_audio(run / "evaluation" / "samples" / sample["files"]["output"])
        assert rate == 16_000 and waveform.isfinite().all() and abs(waveform.shape[1] / rate - sample["seconds"]) < 1e-3
        assert {"output", "ceiling", "floor"} <= set(sample["files"])  # the conditions stand beside the output
        assert len(list((run / "evaluation" / "samples" / name).glob("1_*"))) >= 4


def test_the_report_covers_all_tasks(run):
    report = json.loads((run / "report.json").read_text())
    assert set(report["tasks"]) == set(TASKS)
    assert all(t["low"] <= t["rise"] <= t["high"] for t in report["tasks"].values())
    assert report["entropy"] > 0 and report["loss"] > 0
