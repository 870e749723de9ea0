"""What `make test-processors` decides: which notebooks train, what is run again, what counts as a difference."""

import json
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("execnb")
SCRIPT = Path(__file__).with_name("processors.py")


@pytest.fixture
def tool(tmp_path):
    "The script with folders of its own, on a processor without AVX-512."
    names = runpy.run_path(str(SCRIPT))
    there = names["main"].__globals__
    there.update(
        __file__=str(SCRIPT),
        NOTEBOOKS=tmp_path / "nbs",
        TESTS=tmp_path / "tests",
        RESULTS=tmp_path / "results",
        processor=lambda: ("a processor", {"avx2"}, "AVX2"),
        library_digest=lambda: "library",
    )
    (tmp_path / "tests").mkdir()
    return SimpleNamespace(names=there, **{k: v for k, v in there.items() if callable(v) and not k.startswith("__")})


def notebook(path, *sources, printed="old"):
    output = {"output_type": "stream", "name": "stdout", "text": [printed]}
    rest = {"metadata": {}, "execution_count": None, "outputs": [output]}
    code = [{"cell_type": "code", "id": f"c{i}", "source": source, **rest} for i, source in enumerate(sources)]
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Learning"}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": [title, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.mark.parametrize(
    "source, trains",
    [
        ("rows = fit(step, batches)", True),
        ("clusters.fit(features)", True),
        ("loss.backward(); adam.step()", True),
        ("a = [train_codec(r, folder) for r in rs]", True),
        ("centroids = k_means(cloud, 3)", True),
        ("learn(**changes)", True),
        ("main(['train-codec', '--out', x])", True),
        ("fit_length(sound, 3)", False),
        ("Codec.from_pretrained(folder)", False),
        ("untrained_tokenizers(1)", False),
        ("codec.train()(batch)", False),
        ("loss.backward()", False),
        ("# train(config)", False),
        ("def learn(model):", False),
        ("with expect_fail(ValueError): train(config)", False),
        ("#| export\ndef f(): fit(step)", False),
        ("#| slow\nfit(step)", False),
        ("#| eval: false\nfit(step)", False),
    ],
)
def test_trains(tool, tmp_path, source, trains):
    path = notebook(tmp_path / "nbs" / "10_a.ipynb", source)
    assert tool.notebooks() == ([path] if trains else [])


def test_notebooks_are_found_in_folders(tool, tmp_path):
    nbs = tmp_path / "nbs"
    names = ("10_a.ipynb", "codec/11_b.ipynb", "systems/uniaudio/40_c.ipynb")
    here = [notebook(nbs / name, "fit(x)") for name in names]
    for name in (".ipynb_checkpoints/10_a.ipynb", "codec/_d.ipynb", "codec/11_b.failed.ipynb"):
        notebook(nbs / name, "fit(x)")
    assert tool.notebooks() == here


def test_numeric_tests_compare_numbers(tool, tmp_path):
    texts = {
        "a": "import torch\nassert_close(x, y)",
        "b": "import torch\nassert x < 1e-3",
        "c": "import torch\nassert x",
        "d": "assert_close(x, y)",
        "e": "import torch\npytestmark = pytest.mark.cuda\nassert_close(x, y)",
    }
    for name, text in texts.items():
        (tmp_path / "tests" / f"test_{name}.py").write_text(text)
    assert [path.stem for path in tool.numeric_tests()] == ["test_a", "test_b"]


def test_digest_follows_sources_and_settings_not_outputs(tool, tmp_path):
    path, settings = tmp_path / "nbs" / "10_a.ipynb", tool.names["SETTINGS"]
    first = tool.digest_of(notebook(path, "fit(1)"), settings[0])
    assert tool.digest_of(notebook(path, "fit(1)", printed="new"), settings[0]) == first
    assert tool.digest_of(path, settings[1]) != first != tool.digest_of(path, replace(settings[0], threads=3))
    assert tool.digest_of(notebook(path, "fit(2)"), settings[0]) != first
    tool.names["library_digest"] = lambda: "another"
    assert tool.digest_of(notebook(path, "fit(1)"), settings[0]) != first


@pytest.mark.parametrize(
    "capability, names",
    [
        ("AVX512", ["default", "avx2", "avx512", "busy"]),
        ("AVX2", ["default", "avx2", "busy"]),
        ("NO AVX", ["default", "busy"]),
    ],
)
def test_settings_above_the_processor_are_left_out(tool, capability, names):
    assert [s.name for s in tool.possible(tool.names["SETTINGS"], capability)] == names


def test_settings_replace_what_was_set(tool, monkeypatch):
    for name in ("ATEN_CPU_CAPABILITY", "MINUTES"):
        monkeypatch.setenv(name, "avx2")
    default, *_, busy = map(tool.environment, tool.names["SETTINGS"])
    caps = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OMP_NUM_THREADS": "1"}
    assert default.items() >= caps.items()
    assert busy["OMP_NUM_THREADS"] == "2" and not {"ATEN_CPU_CAPABILITY", "MINUTES"} & busy.keys()


def test_differences_are_grouped(tool):
    outputs = {
        "a": ["loss 1.2345 of 7", "same"],
        "b": ["loss 1.2349 of 7", "same"],
        "c": ["loss 1.31 of 7", "same", "more"],
    }
    assert list(tool.differences(outputs)) == [
        [[["a", "b"], "loss 1.2345 of 7"], [["c"], "loss 1.31 of 7"]],
        [[["a", "b"], ""], [["c"], "more"]],
    ]
    assert not tool.alike("3 steps", "3 stops") and tool.alike("1e-9", "-2e-9") and tool.alike("nan", "nan")


def test_a_run_its_failure_and_its_resumption(tool, tmp_path, capsys):
    work = "import os\ndef fit(x): return x\nprint('capped to', os.environ['ATEN_CPU_CAPABILITY'])"
    good = notebook(tmp_path / "nbs" / "10_good.ipynb", work, "fit(3)")
    bad = notebook(tmp_path / "nbs" / "x" / "11_bad.ipynb", work, "assert fit(3) == 4, 'not four'", "fit(5)")
    assert tool.main(["good", "bad", "-s", "default"]) == 1
    said = capsys.readouterr().out
    assert "FAILED 11_bad.ipynb in setting default" in said and "not four" in said and "cell c1, # Learning" in said
    results = {p: tool.result_file(p, tool.names["SETTINGS"][0]) for p in (good, bad)}
    stamps = {p: file.stat().st_mtime_ns for p, file in results.items()}
    assert json.loads(results[good].read_text())["cells"][1]["printed"] == ["3"]

    notebook(bad, work, "assert fit(3) == 3")
    assert tool.main(["-s", "default"]) == 0 and "all green" in capsys.readouterr().out
    assert results[good].stat().st_mtime_ns == stamps[good] and results[bad].stat().st_mtime_ns > stamps[bad]
    assert tool.main(["-s", "default", "-s", "avx2", "-s", "avx512", "--minutes", "0"]) == 3
    said = capsys.readouterr().out
    assert "2 of 4 missing: run it again to go on" in said and "AVX512_CORE, 1 thread(s), 2 at once: AVX-512" in said
    assert said.count("left out: this processor has less") == 1
