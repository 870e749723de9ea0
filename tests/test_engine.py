"""What a notebook cannot test of the engine: two processes, a kill -9, Ctrl-C, a full disk, a folder that cannot be
written."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from uniaudio_nb.engine import LoopConfig, fit

ROOT = Path(__file__).parents[1]
PROGRAM = """
import os, resource, sys, time
import torch
from torch import nn
from uniaudio_nb.engine import LoopConfig, fit

torch.set_num_threads(1)
folder, options = sys.argv[1], dict(option.split("=") for option in sys.argv[2:])
torch.manual_seed(int(os.environ.get("RANK", 0)))  # different starts: process 0 must win
net = nn.Sequential(nn.Linear(4, 32), nn.GELU(), nn.Dropout(0.2), nn.Linear(32, 1))
judge = nn.Linear(1, 1)
modules = {"net": net, "judge": judge}
last_time = 0

def batch_fn(number):
    x = torch.randn(16, 4, generator=torch.Generator().manual_seed(number))
    return x, x.sin().sum(1, keepdim=True)

def step_fn(batch, step):
    time.sleep(float(options.get("pause", 0)))
    if step == int(options.get("tiny_disk_at", -1)):  # every file ends after 100 bytes from here on
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    guess = net(batch[0])
    yield "net", (guess - batch[1]).square().mean() + 0.1*judge(guess).mean(), {}
    yield "judge", (judge(guess.detach()) - judge(batch[1])).square().mean(), {}

config = LoopConfig(steps=int(options.get("steps", 40)), accumulate=int(options.get("accumulate", 1)),
                    checkpoint_seconds=float(options.get("every", 30)), log_every=7)
fit(step_fn, batch_fn, modules, config, folder, description="test")
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "program.py"
    path.write_text(PROGRAM)
    return path


@pytest.fixture(scope="module")
def whole(program):
    "The run that nobody disturbs."
    run(program, program.parent / "whole")
    return program.parent / "whole"


@pytest.fixture(scope="module")
def two(program):
    "The same in two processes."
    run(program, program.parent / "two", processes=2)
    return program.parent / "two"


def command(program, folder, *options, processes=1):
    start = [sys.executable]
    if processes > 1:
        start += ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    return [*start, str(program), str(folder), *options]


ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def run(program, folder, *options, processes=1, fails=False):
    done = subprocess.run(
        command(program, folder, *options, processes=processes),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode != 0) == fails, done.stderr[-3000:]
    return done.stderr


def weights(folder):
    state = json.loads((folder / "checkpoint" / "state.json").read_text())
    return load_file(folder / "checkpoint" / state["files"]["model"])


def rows(folder):
    found = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in found]


def assert_same(a, b):
    a, b = weights(a), weights(b)
    assert a.keys() == b.keys() and a
    for name in a:
        assert torch.equal(a[name], b[name]), name


def wait_for_step(folder, step, process):
    "Wait until a checkpoint of at least this step is there."
    state = folder / "checkpoint" / "state.json"
    for _ in range(1200):
        if state.is_file() and json.loads(state.read_text())["step"] >= step:
            return
        assert process.poll() is None, process.stderr.read()[-3000:]
        time.sleep(0.05)
    raise AssertionError("no checkpoint in a minute")


def test_two_processes_equal_two_accumulated_batches(program, two, tmp_path):
    run(program, tmp_path / "one", "accumulate=2")
    one = weights(tmp_path / "one")
    for name, value in weights(two).items():
        torch.testing.assert_close(value, one[name], rtol=1e-5, atol=1e-6)
    assert len(rows(two)) == len(rows(tmp_path / "one")), "one process writes, not two"
    for a, b in zip(rows(two), rows(tmp_path / "one"), strict=True):
        assert a["net_loss"] == pytest.approx(b["net_loss"], rel=1e-4)


def test_killed_and_resumed_is_the_same_run(program, whole, tmp_path):
    options = ("every=0.1", "pause=0.1")  # 40 steps: four seconds to be killed in
    for step in (5, 20):  # killed twice
        process = subprocess.Popen(
            command(program, tmp_path / "killed", *options), env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
        )
        wait_for_step(tmp_path / "killed", step, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
    assert not (tmp_path / "killed" / "done.json").exists(), "it was killed too late"
    run(program, tmp_path / "killed", *options)
    assert_same(whole, tmp_path / "killed")
    assert rows(whole) == rows(tmp_path / "killed")
    assert len(list((tmp_path / "killed" / "checkpoint").iterdir())) == 3, "leftovers of the kill"


def test_interrupt_writes_a_checkpoint(program, whole, tmp_path):
    process = subprocess.Popen(
        command(program, tmp_path / "stopped", "every=0.1", "pause=0.1"),
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_step(tmp_path / "stopped", 3, process)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=60)[1]
    assert process.returncode != 0 and "KeyboardInterrupt" in error
    state = json.loads((tmp_path / "stopped" / "checkpoint" / "state.json").read_text())
    assert 3 <= state["step"] < 40 and not (tmp_path / "stopped" / "done.json").exists()
    run(program, tmp_path / "stopped")
    assert_same(whole, tmp_path / "stopped")


@pytest.mark.parametrize("whom", ["all of them", "one of them"])
def test_two_processes_survive_an_interrupt(program, two, tmp_path, whom):
    process = subprocess.Popen(
        command(program, tmp_path / "stopped", "every=0.1", "pause=0.1", processes=2),
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for_step(tmp_path / "stopped", 3, process)
    if whom == "all of them":
        os.killpg(process.pid, signal.SIGINT)
    else:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            pytest.skip("this system does not say who is whose child")
        os.kill(int(children.read_text(encoding="utf-8").split()[-1]), signal.SIGINT)
    _, said = process.communicate(timeout=120)
    # the others stop with the one, and for the same reason
    assert "TypeError" not in said and "KeyboardInterrupt" in said
    assert process.returncode != 0 and not (tmp_path / "stopped" / "done.json").exists()
    run(program, tmp_path / "stopped", processes=2)
    assert_same(two, tmp_path / "stopped")


def test_full_disk_leaves_the_old_checkpoint(program, whole, tmp_path):
    error = run(program, tmp_path / "full", "every=0", "tiny_disk_at=11", fails=True)
    assert "OSError" in error and "earlier one is intact" in error
    state = json.loads((tmp_path / "full" / "checkpoint" / "state.json").read_text())
    assert state["step"] == 11
    run(program, tmp_path / "full", "every=0")  # there is room again
    assert_same(whole, tmp_path / "full")


def small_run(folder, **changes):
    net = torch.nn.Linear(1, 1)

    def step_fn(batch, step):
        yield "net", net(batch).square().mean() + 0 * step, {}

    return fit(
        step_fn,
        lambda number: torch.full((2, 1), float(number)),
        {"net": net},
        LoopConfig(**{"steps": 3, **changes}),
        folder,
    )


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OSError):
        small_run(tmp_path / "file" / "run")
    assert (tmp_path / "file").read_text() == "not a folder"


def test_another_configuration_is_refused(tmp_path):
    first = small_run(tmp_path)
    assert small_run(tmp_path, device="cpu", checkpoint_seconds=1.0) == first
    with pytest.raises(ValueError, match="clip_norm = 1.0, asked for is 2.0"):
        small_run(tmp_path, clip_norm=2.0)
    with pytest.raises(ValueError, match="steps = 3, asked for is 4"):
        small_run(tmp_path, steps=4)


def test_error_in_a_batch_reaches_the_caller(tmp_path):
    net = torch.nn.Linear(1, 1)

    def broken(number):
        raise LookupError(f"no batch {number}")

    with pytest.raises(LookupError, match="no batch 0"):
        fit(lambda batch, step: iter(()), broken, {"net": net}, LoopConfig(steps=3), tmp_path)


@pytest.mark.cuda
def test_bfloat16_on_a_gpu(tmp_path):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.GELU(), torch.nn.Linear(64, 1))
    kinds = set()

    def batch_fn(number):
        return torch.randn(256, 8, generator=torch.Generator().manual_seed(number))

    def step_fn(batch, step):
        guess = net(batch)
        kinds.add((guess.dtype, batch.device.type, step >= 0))
        yield "net", (guess.float() - batch.sum(1, keepdim=True)).square().mean(), {}

    found = fit(step_fn, batch_fn, {"net": net}, LoopConfig(steps=300, precision="bfloat16", device="cuda"), tmp_path)
    assert kinds == {(torch.bfloat16, "cuda", True)} and found[-1]["loss"] < found[0]["loss"] / 10
