"""Training in legs from the terminal: sets are made by another process, a killed leg goes on, and what the user got
wrong is one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "data_samples"
MODULE = [sys.executable, "-m", "uniaudio_nb.systems.uniaudio.long_training"]
LEG = """
from uniaudio_nb.lm.multiscale import MultiScaleConfig
from uniaudio_nb.systems.uniaudio.long_training import Leg, train_leg
import sys
if __name__ == "__main__":
    model = MultiScaleConfig(n_layers=1, n_local_layers=1, width=32, n_heads=2, context=1536, aligned=True)
    few = dict(frames_per_batch=1000, examples=2, valid_examples=2, steps_per_set=3)
    print(train_leg(Leg(sys.argv[1], sys.argv[2], minutes=0.02, model=model, precision="float32", **few)))
"""


def test_sets_come_from_another_process(tmp_path):
    script = tmp_path / "leg.py"
    script.write_text(LEG)
    made = subprocess.run(
        [sys.executable, script, SAMPLES, tmp_path / "run"], capture_output=True, text=True, timeout=300
    )
    assert made.returncode == 0, made.stderr[-2000:]
    folder = Path(made.stdout.strip().splitlines()[-1])
    assert (folder / "model.safetensors").is_file() and json.loads((folder / "config.json").read_text())["tasks"]
    again = subprocess.run(
        [sys.executable, script, SAMPLES, tmp_path / "run"], capture_output=True, text=True, timeout=300
    )
    assert again.returncode == 0 and again.stdout == made.stdout  # done is done


@pytest.mark.parametrize(
    "words, message",
    [
        (["--out", "nowhere"], "--data is needed"),
        (["--out", "nowhere", "--pause"], "no training runs in nowhere"),
        (["--out", "nowhere", "--data", "missing"], "missing"),
    ],
)
def test_what_the_user_got_wrong(tmp_path, words, message):
    made = subprocess.run([*MODULE, *words], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert made.returncode == 2 and message in made.stderr and "Traceback" not in made.stderr
