"""What a type checker says about the README's examples, a stranger's file, and these tests; the library is typed."""

import ast
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")
ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "uniaudio_nb"
STRANGER = """
import torch

from uniaudio_nb import UniAudio
from uniaudio_nb.codec import Codec
from uniaudio_nb.lm import MultiScaleConfig, MultiScaleTransformer

codec = Codec.from_pretrained()
codes = codec.encode(torch.zeros(1, 1, 16_000), n_codebooks=3)
reveal_type(codec.decode(codes))

model = UniAudio.from_pretrained()
reveal_type(model)
reveal_type(model.generate)
result = model.generate("sound", text="rain", seed=0)
reveal_type(result.waveform)
result.save("rain.wav")

transformer = MultiScaleTransformer(MultiScaleConfig.tiny(vocabulary_size=400))
reveal_type(transformer.loss(torch.zeros(1, 2, 3, dtype=torch.long), torch.ones(1, 2, dtype=torch.bool)))
reveal_type(transformer.for_inference())
"""


def check(*paths):
    "Exit code and words of mypy, with the project's settings."
    settings = ["--config-file", str(ROOT / "pyproject.toml"), "--no-color-output"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *settings, *map(str, paths)], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    "The README's Python, and a file that uses the three classes that most will use."
    folder = tmp_path_factory.mktemp("types")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (folder / "readme.py").write_text("\n".join(blocks), encoding="utf-8")
    (folder / "stranger.py").write_text(STRANGER, encoding="utf-8")
    return folder


def test_examples_and_tests_are_well_typed(files):
    status, words = check(files / "readme.py", files / "stranger.py", *sorted(Path(__file__).parent.glob("*.py")))
    assert status == 0, words
    revealed = re.findall(r'Revealed type is "(.*)"', words)
    assert len(revealed) == 6
    for wanted, type_ in zip(["Tensor", "UniAudio", "def (", "Tensor", "Tensor", "MultiScaleTransformer"], revealed):
        assert wanted in type_, revealed


def test_a_wrong_call_is_found(files):
    (files / "wrong.py").write_text(STRANGER.replace("n_codebooks=3", "n_codebook=3").replace("waveform", "wave"))
    status, words = check(files / "wrong.py")
    assert status == 1 and '"n_codebook"' in words and 'no attribute "wave"' in words, words


def test_stubs_are_fresh():
    wanted = runpy.run_path(str(ROOT / "docs" / "stubs.py"))["stubs"](LIBRARY)
    assert set(LIBRARY.rglob("*.pyi")) == set(wanted), "`make export` writes the stubs anew"
    for path, text in wanted.items():
        same = ast.dump(ast.parse(path.read_text(encoding="utf-8"))) == ast.dump(ast.parse(text))
        assert same, f"{path.name} is not what the modules say: `make export`"
    assert (LIBRARY / "py.typed").is_file()
