"""What someone sees who installs the library without the tools it is written with, in a fresh interpreter."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    ".".join(path.relative_to(ROOT / "uniaudio_nb").with_suffix("").parts)
    for path in (ROOT / "uniaudio_nb").rglob("[a-z]*.py")
)
TASKS = ["aedit", "dereverb", "itts", "music", "se", "sedit", "sound", "svs", "tse", "tts", "vc"]

# Importing any of these fails: neither nbdev and what it brings, nor an extra, may be needed by an import.
WITHOUT_TOOLS = """
import sys
BLOCKED = {"nbdev", "fastcore", "execnb", "IPython", "ipywidgets", "jupyterlab", "nbclient", "nbformat", "ipykernel",
           "transformers", "pystoi", "sklearn", "pyroomacoustics", "phonemizer"}
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED: raise ImportError(f"{name} is not installed (test)")
sys.meta_path.insert(0, Blocked())
"""


def fresh(code):
    "What a fresh interpreter without the tools prints when it runs `code`."
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TOOLS + code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_import_alone_is_fast():
    loaded = fresh("import uniaudio_nb; print(uniaudio_nb.__version__, 'torch' in sys.modules)")
    assert loaded.endswith(" False"), f"`import uniaudio_nb` alone already imports torch: {loaded}"


def test_every_module_imports_without_the_tools():
    code = f"import importlib\nfor name in {MODULES}: importlib.import_module('uniaudio_nb.' + name)\n"
    assert fresh(code + "print('fine', 'matplotlib' in sys.modules)") == "fine False"


def test_eleven_tasks():
    assert fresh("import uniaudio_nb; print(sorted(uniaudio_nb.tasks.TASKS))") == str(TASKS)


def test_names_of_the_package():
    names = [
        "Codec",
        "CodecConfig",
        "Generation",
        "GenerationConfig",
        "MultiScaleConfig",
        "MultiScaleTransformer",
        "UniAudio",
        "Vocabulary",
    ]
    code = (
        f"import uniaudio_nb; print([getattr(uniaudio_nb, name).__name__ for name in {names}], "
        "len(uniaudio_nb.TASKS), 'codec' in dir(uniaudio_nb))"
    )
    assert fresh(code) == f"{names} 11 True"


@pytest.mark.parametrize(
    "module, without",
    [
        ("core", ("soundfile", "torchaudio")),
        ("core.patching", ("soundfile", "torchaudio", "torch")),
        ("core.files", ("soundfile", "torchaudio")),
        ("core.devices", ("soundfile", "torchaudio")),
        ("core.clock", ("soundfile", "torchaudio", "torch")),
        ("layers.transformer", ("soundfile", "torchaudio")),
        ("codec.quantize", ("soundfile", "torchaudio")),
        ("lm.multiscale", ("soundfile", "torchaudio")),
        ("engine.loop", ("soundfile", "torchaudio")),
        (
            "shards.read",
            tuple(
                f"uniaudio_nb.tasks.{name}"
                for name in ("simulate_speech", "simulate_sound", "pool", "examples", "edits", "instructions")
            ),
        ),
        (
            "shards.batches",
            ("uniaudio_nb.tasks.simulate_speech", "uniaudio_nb.tasks.simulate_sound", "uniaudio_nb.tasks.pool"),
        ),
        ("systems.evaluation", ("uniaudio_nb.systems.uniaudio.model",)),
    ],
)
def test_a_module_brings_only_what_it_needs(module, without):
    assert (
        fresh(f"import sys, uniaudio_nb.{module}\nprint([name for name in {without} if name in sys.modules])") == "[]"
    )


def test_a_star_brings_what_a_part_offers():
    code = "from uniaudio_nb.core import *\nfrom uniaudio_nb.codec import *\n"
    assert fresh(code + "print(Clock().frame_rate, Codec.__name__, patch.__name__)") == "50.0 Codec patch"


def test_classes_that_grow_are_whole_when_their_part_gives_them():
    code = "from uniaudio_nb.codec import Codec\nfrom uniaudio_nb.lm import MultiScaleTransformer\n"
    assert (
        fresh(
            code + "print(Codec.from_pretrained.__name__, MultiScaleTransformer.for_inference.__name__, "
            "MultiScaleTransformer.prefill.__name__)"
        )
        == "from_pretrained for_inference prefill"
    )


def test_unknown_name_is_an_attribute_error():
    message = fresh("import uniaudio_nb\ntry: uniaudio_nb.nonsense\nexcept AttributeError as error: print(error)")
    assert message == "module 'uniaudio_nb' has no attribute 'nonsense'"


@pytest.mark.parametrize("name", MODULES)
def test_exported_names_exist_and_say_what_they_do(name):
    tree = ast.parse((ROOT / "uniaudio_nb" / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8"))
    exported = next(
        (
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        ),
        [],
    )
    module = __import__(f"uniaudio_nb.{name}", fromlist=["_"])
    silent = [
        each
        for each in exported
        if callable(getattr(module, each)) and not (getattr(module, each).__doc__ or "").strip()
    ]
    assert not silent, f"{name}: without a docstring: {silent}"
