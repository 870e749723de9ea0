"""The library is what the notebooks export, the notebooks are clean, and both keep the order of the project."""
import ast
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbdev")
ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(path for path in (ROOT / "nbs").glob("*.ipynb") if not path.stem.endswith(".failed"))
MODULES = sorted((ROOT / "uniaudio_nb").glob("[a-z]*.py"))
BY_HAND = {"__init__.py", "__main__.py"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|work|tmp|Users|var/folders)/\w+")
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)


def cells_of(path, kind="code"):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells if cell["cell_type"] == kind]


def directive(source, name):
    "The arguments of `#| name` in a cell, or None."
    found = re.search(rf"^#\|\s*{name}\b[ \t]*(.*)$", source, re.MULTILINE)
    return found and found[1].strip()


def module_of(path):
    "The module a notebook exports to, or None."
    return next((name for cell in cells_of(path) if (name := directive(cell["source"], "default_exp"))), None)


def texts_of(cell):
    "What a reader sees of a cell as text: its source and its outputs, players and pictures left out."
    yield cell["source"]
    for output in cell.get("outputs", []):
        yield "".join(output.get("text", []))
        for kind, data in output.get("data", {}).items():
            if kind.startswith("text/"): yield re.sub(r"data:[\w/+.-]+;base64,[\w+/=\s]+", "", "".join(data))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    "A copy of the notebooks, exported and cleaned anew."
    copy = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "settings.ini", copy)
    (copy / "nbs").mkdir(); (copy / "uniaudio_nb").mkdir()
    for name in BY_HAND: shutil.copy(ROOT / "uniaudio_nb" / name, copy / "uniaudio_nb")
    for path in NOTEBOOKS: shutil.copy(path, copy / "nbs")
    environment = {key: value for key, value in os.environ.items() if key != "IN_TEST"}
    for tool in ("nbdev_export", "nbdev_clean"):
        subprocess.run([Path(sys.executable).parent / tool], cwd=copy, env=environment, check=True)
    return copy


def test_library_is_a_fresh_export(fresh):
    ours = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "uniaudio_nb").glob("*.py")}
    theirs = {path.name: path.read_text(encoding="utf-8") for path in (fresh / "uniaudio_nb").glob("*.py")}
    differ = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    assert not differ, f"not what the notebooks export (`make export` writes it anew): {differ}"


def test_notebooks_are_clean(fresh):
    dirty = [path.name for path in NOTEBOOKS if path.read_bytes() != (fresh / "nbs" / path.name).read_bytes()]
    assert not dirty, f"`nbdev_clean` would change: {dirty}"


def test_readme_is_fresh():
    readme = runpy.run_path(str(ROOT / "docs" / "readme.py"))["readme"]()
    assert (ROOT / "README.md").read_text(encoding="utf-8") == readme, "README.md is not what nbs/index.ipynb says: `make export`"


def test_index_leads_to_every_notebook():
    text = "".join(cell["source"] for cell in cells_of(ROOT / "nbs" / "index.ipynb", "markdown"))
    missing = [path.name for path in NOTEBOOKS if path.stem != "index" and f"]({path.name})" not in text]
    assert not missing, f"nbs/index.ipynb has no link to {missing}"


def test_every_module_has_its_notebook():
    exports = {path.stem: module_of(path) for path in NOTEBOOKS if path.stem != "index"}
    assert {name for name in exports.values() if name} == {path.stem for path in MODULES}
    for stem, name in exports.items():
        assert re.fullmatch(r"\d\d_[a-z_0-9]+", stem), f"{stem}: a notebook is called NN_name"
        assert name in (None, stem[3:]), f"{stem} exports to {name}"


@each_notebook
def test_notebook(path):
    assert path.stat().st_size < 500_000, f"{path.name} has {path.stat().st_size:,} bytes"
    for cell in cells_of(path) + cells_of(path, "markdown"):
        failed = [output["ename"] for output in cell.get("outputs", []) if output["output_type"] == "error"]
        assert not failed, f"{path.name}: a stored error, {failed}, in: {cell['source'][:80]}"
        for text in texts_of(cell):
            found = MACHINE_PATH.search(text)
            assert not found, f"{path.name}: a path of one machine, {found[0]}, in: {cell['source'][:80]}"


@each_notebook
def test_plots_say_what_they_show(path):
    for cell in cells_of(path):
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            assert re.search(r"title|label|\bshow_\w+\([^)]*[\"']", cell["source"]), f"{path.name}: a plot without title or label: {cell['source'][:80]}"


@each_notebook
def test_every_export_is_reached_by_a_test(path):
    "From a cell that asserts something, or through another export that such a cell uses."
    sources, reached = {}, ""
    for cell in cells_of(path):
        source = cell["source"]
        if directive(source, "export") is not None:
            for node in ast.parse(source).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)): sources[node.name] = sources.get(node.name, "") + ast.unparse(node)
        elif re.search(r"\bassert\b|\bassert_close\(|\btest_\w+\(|\bexpect_fail\(|\braises\(", source): reached += source
    while used := [name for name in sources if re.search(rf"\b{name}\b", reached)]: reached += "".join(map(sources.pop, used))
    untested = [name for name in sources if not name.startswith("_")]
    assert not untested, f"{path.name}: no cell that asserts something leads to {untested}"


def test_every_notebook_begins_with_its_title():
    bare = [path.name for path in NOTEBOOKS if not "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]).startswith("# ")]
    assert not bare, f"the first cell is no title, so the site has none for its list: {bare}"


@each_module
def test_module(path):
    notebook = {module_of(path): path.stem for path in NOTEBOOKS}
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300, f"{path.name} has {len(text.splitlines())} lines"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), f"{path.name}: a control character (an escape in a docstring?)"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count("\x08") + node.value.count("\x0c"):
            pytest.fail(f"{path.name}:{node.lineno}: a control character made by a backslash")
        if isinstance(node, ast.ImportFrom) and (node.level == 1 or (node.module or "").startswith("uniaudio_nb.")):
            imported = (node.module or "").removeprefix("uniaudio_nb.").split(".")[0]
            assert notebook.get(imported, "99") < notebook[path.stem], f"{path.name} imports {imported}, a later notebook"


def test_no_large_files():
    if not (ROOT / ".git").exists(): pytest.skip("no git here")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    large = [name for name in listed if name and (ROOT / name).is_file() and not name.startswith("uniaudio_nb/pretrained/")
             and (ROOT / name).stat().st_size > 5_000_000]
    assert not large
