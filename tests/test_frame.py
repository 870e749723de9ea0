"""The library is what the notebooks export, the notebooks are clean, and both keep the order of the project."""

import ast
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("nbdev")
ROOT = Path(__file__).parents[1]
SETTINGS = ConfigParser(delimiters=["="])
SETTINGS.read(ROOT / "settings.ini", encoding="utf-8")
PARTS = SETTINGS["DEFAULT"]["parts"].split()  # from the ground up
LIBRARY = ROOT / "uniaudio_nb"
NOTEBOOKS = sorted(
    path
    for path in (ROOT / "nbs").rglob("*.ipynb")
    if not path.stem.endswith(".failed") and ".ipynb_checkpoints" not in path.parts
)
MODULES = sorted(path for path in LIBRARY.rglob("[a-z]*.py"))
BY_HAND = sorted([*LIBRARY.rglob("__init__.py"), LIBRARY / "__main__.py", LIBRARY / "_lazy.py"])
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|work|tmp|Users|var/folders)/\w+")


def name_of(notebook):
    "codec/00_quantize, for messages and test names."
    return notebook.relative_to(ROOT / "nbs").with_suffix("").as_posix()


def module_name(path):
    "codec.quantize, for the file of a module."
    return ".".join(path.relative_to(LIBRARY).with_suffix("").parts)


each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
each_module = pytest.mark.parametrize("path", MODULES, ids=module_name)


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
            if kind.startswith("text/"):
                yield re.sub(r"data:[\w/+.-]+;base64,[\w+/=\s]+", "", "".join(data))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    "A copy of the notebooks, exported and cleaned anew."
    copy = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "settings.ini", copy)
    for path in (*BY_HAND, *NOTEBOOKS):
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    environment = {key: value for key, value in os.environ.items() if key != "IN_TEST"}
    for tool in ("nbdev_export", "nbdev_clean"):
        subprocess.run([Path(sys.executable).parent / tool], cwd=copy, env=environment, check=True)
    return copy


def test_library_is_a_fresh_export(fresh):
    ours = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in LIBRARY.rglob("*.py")}
    theirs = {
        str(path.relative_to(fresh)): path.read_text(encoding="utf-8") for path in (fresh / "uniaudio_nb").rglob("*.py")
    }
    differ = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    assert not differ, f"not what the notebooks export (`make export` writes it anew): {differ}"


def test_notebooks_are_clean(fresh):
    dirty = [name_of(path) for path in NOTEBOOKS if path.read_bytes() != (fresh / path.relative_to(ROOT)).read_bytes()]
    assert not dirty, f"`nbdev_clean` would change: {dirty}"


def test_readme_is_fresh():
    readme = runpy.run_path(str(ROOT / "docs" / "readme.py"))["readme"]()
    assert (ROOT / "README.md").read_text(encoding="utf-8") == readme, (
        "README.md is not what nbs/index.ipynb says: `make export`"
    )


def test_index_leads_to_every_notebook():
    text = "".join(cell["source"] for cell in cells_of(ROOT / "nbs" / "index.ipynb", "markdown"))
    missing = [name_of(path) for path in NOTEBOOKS if path.stem != "index" and f"]({name_of(path)}.ipynb)" not in text]
    assert not missing, f"nbs/index.ipynb has no link to {missing}"


def test_links_between_notebooks_lead_somewhere():
    for path in NOTEBOOKS:
        for cell in cells_of(path, "markdown"):
            for link in re.findall(r"\]\(([^)#\s]+\.ipynb)", cell["source"]):
                assert (path.parent / link).resolve() in NOTEBOOKS, (
                    f"{name_of(path)} links to {link}, which is not there"
                )


def test_every_module_has_its_notebook():
    exports = {name_of(path): module_of(path) for path in NOTEBOOKS if path.stem != "index"}
    assert {name for name in exports.values() if name} == {module_name(path) for path in MODULES}
    for book, module in exports.items():
        assert re.fullmatch(r"(\w+/)*\d\d_[a-z_0-9]+", book), f"{book}: a notebook is called PART/NN_name"
        assert module in (None, re.sub(r"\d\d_", "", book).replace("/", ".")), f"{book} exports to {module}"
        assert "/" not in book or book.split("/")[0] in PARTS, f"{book} is in no part that settings.ini names"
        assert book.count("/") < 2 or book.startswith("systems/"), f"{book}: two levels, and one folder for each system"


def place_of(book):
    "Where a notebook stands from the ground up; a system of its own stands behind what is for all systems."
    return (PARTS.index(book.split("/")[0]) if "/" in book else len(PARTS)), book.count("/"), book


def imports_of(path):
    """The modules of this library that a file imports, at any place and level of it: codec.quantize, or codec for the
    part."""
    package = list(path.relative_to(LIBRARY).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (
                (node.lineno, alias.name.split(".")[1:])
                for alias in node.names
                if alias.name.split(".")[0] == "uniaudio_nb"
            )
        elif isinstance(node, ast.ImportFrom):
            names = (node.module or "").split(".") if node.module else []
            if node.level:
                names = package[: len(package) - node.level + 1] + names
            elif names[:1] == ["uniaudio_nb"]:
                names = names[1:]
            else:
                continue
            yield from ((node.lineno, [*names, alias.name]) for alias in node.names)


def check_order(path, books):
    "What a module imports from a later notebook, or from its own part as a whole."
    own = module_name(path)
    for line, names in imports_of(path):
        longest = next((".".join(names[:n]) for n in range(len(names), 0, -1) if ".".join(names[:n]) in books), None)
        if longest:
            if not place_of(books[longest]) < place_of(books[own]):
                yield f"{own}:{line} imports {longest}, a later notebook"
        elif names[:1] and names[0] in PARTS:
            if not PARTS.index(names[0]) < PARTS.index(own.split(".")[0]):
                yield f"{own}:{line} imports the part {names[0]}"


@each_module
def test_no_import_runs_upwards(path):
    upwards = list(check_order(path, {module_of(book): name_of(book) for book in NOTEBOOKS}))
    assert not upwards, upwards


@pytest.mark.parametrize(
    "source, wrong",
    [
        ("from .model import Codec", True),
        ("from . import model", True),
        ("from .quantize import f", False),
        ("from ..tasks.sequence import pack", True),
        ("from ..tasks import pack", True),
        ("def f():\n    from uniaudio_nb.lm import x", True),
        ("import uniaudio_nb.lm.training", True),
        ("from ..audio.mel import LogMel", False),
        ("from ..core import patch", False),
        ("from . import Codec", True),
        ("import torch", False),
        ("from uniaudio_nb import __version__", False),
    ],
)
def test_the_check_of_imports_sees(source, wrong, tmp_path, monkeypatch):
    books = {
        "codec.quantize": "codec/00_quantize",
        "codec.seanet": "codec/01_seanet",
        "codec.model": "codec/03_model",
        "audio.mel": "audio/01_mel",
        "tasks.sequence": "tasks/00_sequence",
        "lm.training": "lm/05_training",
    }
    monkeypatch.setitem(globals(), "LIBRARY", tmp_path)
    (tmp_path / "codec").mkdir()
    (tmp_path / "codec" / "seanet.py").write_text(source)
    assert bool(list(check_order(tmp_path / "codec" / "seanet.py", books))) is wrong


def test_the_check_of_imports_sees_three_levels(tmp_path, monkeypatch):
    books = {
        "codec.model": "codec/03_model",
        "systems.base": "systems/00_base",
        "systems.evaluation": "systems/01_evaluation",
        "systems.uniaudio.model": "systems/uniaudio/00_model",
        "systems.uniaudio.recipe": "systems/uniaudio/01_recipe",
        "cli.cli": "cli/01_cli",
    }
    monkeypatch.setitem(globals(), "LIBRARY", tmp_path)
    (tmp_path / "systems" / "uniaudio").mkdir(parents=True)
    for place, source, wrong in (
        ("systems/uniaudio/model.py", "from ...codec.model import Codec", False),
        ("systems/uniaudio/model.py", "from ..base import Generation", False),
        ("systems/uniaudio/model.py", "from .recipe import Run", True),
        ("systems/uniaudio/model.py", "from ...cli.cli import main", True),
        ("systems/evaluation.py", "from .uniaudio.model import UniAudio", True),
        ("systems/evaluation.py", "from .base import Generator", False),
    ):
        (tmp_path / place).write_text(source)
        assert bool(list(check_order(tmp_path / place, books))) is wrong, (place, source)


@pytest.mark.parametrize(
    "part", [path for path in BY_HAND if path.name == "__init__.py"], ids=lambda path: path.parent.name
)
def test_a_part_names_what_its_modules_offer(part):
    "All of it, but for names that two of its modules define, or that are the name of a module."
    package = import_module(".".join(["uniaudio_nb", *part.parent.relative_to(LIBRARY).parts]))
    listed = import_module("uniaudio_nb._lazy").named_imports(part)
    modules = {path.stem for path in part.parent.iterdir() if not path.name.startswith("_")}
    assert not modules & listed.keys(), "a name that a module has, too"
    for name in listed:
        assert getattr(package, name) is not None and name in dir(package)
    if part.parent == LIBRARY:
        return
    offered = {
        path.stem: set(getattr(import_module(f"{package.__name__}.{path.stem}"), "__all__", ()))
        for path in part.parent.glob("[a-z]*.py")
    }
    for module, names in offered.items():
        others = set().union(*(own for other, own in offered.items() if other != module))
        missing = sorted(name for name in names - listed.keys() - modules - others if not name.startswith("_"))
        assert not missing, f"{part.parent.name}/__init__.py does not name {missing} of {module}"
    wrong = sorted(name for name, module in listed.items() if module in offered and name not in offered[module])
    assert not wrong, f"{part.parent.name}/__init__.py names {wrong}, which their modules do not export"


@each_notebook
def test_notebook(path):
    assert path.stat().st_size < 500_000, f"{name_of(path)} has {path.stat().st_size:,} bytes"
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
            assert re.search(r"title|label|\bshow_\w+\([^)]*[\"']", cell["source"]), (
                f"{path.name}: a plot without title or label: {cell['source'][:80]}"
            )


@each_notebook
def test_every_export_is_reached_by_a_test(path):
    "From a cell that asserts something, or through another export that such a cell uses."
    sources, reached = {}, ""
    for cell in cells_of(path):
        source = cell["source"]
        if directive(source, "export") is not None:
            for node in ast.parse(source).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    sources[node.name] = sources.get(node.name, "") + ast.unparse(node)
        elif re.search(r"\bassert\b|\bassert_close\(|\btest_\w+\(|\bexpect_fail\(|\braises\(", source):
            reached += source
    while used := [name for name in sources if re.search(rf"\b{name}\b", reached)]:
        reached += "".join(map(sources.pop, used))
    untested = [name for name in sources if not name.startswith("_")]
    assert not untested, f"{path.name}: no cell that asserts something leads to {untested}"


def test_every_notebook_begins_with_its_title():
    bare = [
        path.name
        for path in NOTEBOOKS
        if not "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]).startswith("# ")
    ]
    assert not bare, f"the first cell is no title, so the site has none for its list: {bare}"


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LONG_FUNCTIONS = 10  # so many of the whole library may have more than 40 lines


def holds(node, kinds):
    "Whether a node holds another one of these kinds."
    return any(isinstance(each, kinds) for each in ast.walk(node) if each is not node)


def crowded(tree):
    "What is said too densely: (line, what)."
    for node in ast.walk(tree):
        if isinstance(node, COMPREHENSIONS) and holds(node, COMPREHENSIONS):
            yield node.lineno, "a comprehension in a comprehension"
        if isinstance(node, ast.IfExp) and holds(node, ast.IfExp):
            yield node.lineno, "a conditional in a conditional"
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            if isinstance(node.targets[0], ast.Tuple) and len(node.targets[0].elts) > 2:
                yield node.lineno, "three names assigned at once"


def lines_of(node):
    return node.end_lineno - node.lineno + 1


@each_notebook
def test_classes_grow_and_cells_hold_one_thought(path):
    in_a_row, shown, problems = 0, set(), []
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            in_a_row = 0
            continue
        in_a_row += directive(source, "hide") is None
        if in_a_row > 3:
            problems.append(f"cell {number}: the fourth code cell in a row without prose")
        if directive(source, "export") is None:
            continue
        if len(source.splitlines()) > 45:
            problems.append(f"cell {number}: {len(source.splitlines())} lines")
        tree = ast.parse(source)
        problems += [f"cell {number}, line {line}: {what}" for line, what in crowded(tree)]
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name not in shown:
                shown.add(node.name)
                fields = sum(isinstance(each, ast.AnnAssign) for each in node.body)  # a table of settings may be long
                if lines_of(node) - fields > 30:
                    problems.append(f"cell {number}: the first form of {node.name} has {lines_of(node)} lines")
    assert not problems, f"{path.name}: {problems}"


def test_functions_are_short_and_documented():
    long, silent = [], []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        public = [node for node in tree.body if not getattr(node, "name", "_").startswith("_")]
        public += [
            method
            for node in public
            if isinstance(node, ast.ClassDef)
            for method in node.body
            if not getattr(method, "name", "_").startswith("_") and getattr(method, "name", "") != "forward"
        ]
        kinds = (ast.FunctionDef, ast.ClassDef)
        silent += [f"{module_name(path)}.{n.name}" for n in public if isinstance(n, kinds) and not ast.get_docstring(n)]
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        long += [f"{module_name(path)}.{n.name}" for n in functions if lines_of(n) > 40]
    assert len(long) <= LONG_FUNCTIONS, f"more than 40 lines: {long}"
    assert not silent, f"no docstring: {silent}"


def test_no_block_of_eight_lines_stands_twice():
    places = {}
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        signatures = {n for node in functions for n in range(node.lineno, node.body[0].lineno)}
        rows = []
        for number, line in enumerate(text.splitlines(), 1):
            line = re.sub(r"(^|  )# .*", "", line).strip()
            if line and number not in signatures and not line.startswith(("import ", "from ")):
                rows.append((number, line))
        for start in range(len(rows) - 7):
            block = tuple(line for _, line in rows[start : start + 8])
            places.setdefault(block, []).append(f"{module_name(path)}:{rows[start][0]}")
    twice = [where for block, where in places.items() if len(where) > 1 and sum(map(len, block)) > 100]
    assert not twice, f"the same eight lines: {twice}"


@each_module
def test_module(path):
    text = path.read_text(encoding="utf-8")
    filled = sum(1 for line in text.splitlines() if line.strip())
    assert filled <= 500, f"{path.name} has {filled} lines that hold something"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), (
        f"{path.name}: a control character (an escape in a docstring?)"
    )
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.count("\x08") + node.value.count("\x0c")
        ):
            pytest.fail(f"{path.name}:{node.lineno}: a control character made by a backslash")


def test_no_large_files():
    if not (ROOT / ".git").exists():
        pytest.skip("no git here")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    large = [
        name
        for name in listed
        if name
        and (ROOT / name).is_file()
        and not name.startswith("uniaudio_nb/pretrained/")
        and (ROOT / name).stat().st_size > 5_000_000
    ]
    assert not large


@pytest.mark.parametrize("path", MODULES, ids=lambda path: ".".join(path.relative_to(LIBRARY).with_suffix("").parts))
def test_text_files_say_their_encoding(path):
    "Else a file with an umlaut, written here, can't be read where the locale is another one."
    silent = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = any(keyword.arg == "encoding" for keyword in node.keywords)
            if node.func.attr in ("read_text", "write_text") and not named:
                silent.append(node.lineno)
    assert not silent, f"{path.name}: read_text or write_text without encoding in the lines {silent}"
