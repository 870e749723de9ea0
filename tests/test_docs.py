"""The site's builder: API blocks cut out of cells, links, and the check that finds what is wrong with a site."""

import runpy
from pathlib import Path

import pytest

pytest.importorskip("sphinx")
build = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "build.py"))

CELL = """
import torch
LIMIT = 3

class Counter:
    "Counts up to a limit."
    def __init__(self,
        start:int=0, # the first number
    ):
        self.number = start

    def up(self): self.number += 1

def count(
    n:int, # how far
)->int: # the last number
    "Count."
    return min(n, LIMIT)

@patch
def down(self:Counter): self.number -= 1
""".strip()


def test_api_cell_keeps_signatures_with_their_comments():
    text = build["api_cell"]("core/counting", CELL)
    assert "import torch" not in text and "LIMIT = 3" in text
    assert [line for line in text.split("\n") if line.startswith("### ")] == [
        "### `Counter`",
        "### `count`",
        "### `Counter.down`",
    ]
    assert "    n:int, # how far\n)->int: # the last number\n```\n\nCount.\n\n<details" in text
    assert "        start:int=0, # the first number\n    ):\n```\n\nCounts up to a limit." in text
    assert "```{py:method} Counter.up(self)" in text and "```{py:method} Counter.down(self)" in text


def test_every_line_of_a_definition_is_shown_once():
    text = build["api_cell"]("core/counting", CELL)
    for line in CELL.split("\n"):
        if line.strip() and '"' not in line and "import" not in line:
            assert text.count(line) == 1, line


def test_links_in_prose():
    pages = object.__new__(build["Pages"])
    pages.books = {"codec/03_model": None, "core/01_files": None, "90_full_training": None}
    pages.names = {"Codec": "codec/model"}
    text = "`Codec` in [the codec](codec/03_model.ipynb#why)"
    assert pages.markdown(text) == "[`Codec`](#uniaudio_nb.codec.model.Codec) in [the codec](codec/model.ipynb#why)"
    assert (
        pages.markdown("[a](03_model.ipynb), [b](../core/01_files.ipynb)", "codec/04_published")
        == "[a](model.ipynb), [b](../core/files.ipynb)"
    )
    assert (
        pages.markdown("[a](../../90_full_training.ipynb)", "systems/uniaudio/00_model")
        == "[a](../../full_training.ipynb)"
    )
    assert pages.markdown("# `Codec`\n```\n`Codec`\n```") == "# `Codec`\n```\n`Codec`\n```"
    assert pages.markdown("[a](../data_samples/README.md)").endswith("/blob/main/data_samples/README.md)")
    assert pages.markdown("[a](../../data_samples/README.md)", "core/01_files").endswith(
        "/blob/main/data_samples/README.md)"
    )
    assert pages.markdown("so $$x$$ and\n$$\nx\n$$\nend").count("\n\n") == 2


@pytest.mark.parametrize(
    "html, wrong",
    [
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "loads //fonts.example/a.css"),
        ('<img src="_images/none.png">', "_images/none.png is missing"),
        ('<a href="other.html">x</a>', "other.html leads nowhere"),
        ('<a href="#there">x</a>', "leads to no place"),
        ("<p>text</p>", "no API block for Codec"),
    ],
)
def test_check_finds(html, wrong, tmp_path):
    (tmp_path / "codec.html").write_text(html)
    assert any(wrong in sentence for sentence in build["check"](tmp_path, {"Codec": "codec"}))


def test_check_lets_a_good_site_pass(tmp_path):
    (tmp_path / "site.css").write_text("p { background: url(data:image/png;base64,AA) }")
    (tmp_path / "codec.html").write_text(
        '<link rel="stylesheet" href="site.css"><a href="https://arxiv.org">x</a><dt '
        'id="uniaudio_nb.codec.Codec"></dt><a href="#uniaudio_nb.codec.Codec">y</a><audio '
        'src="data:audio/mpeg;base64,AA"></audio>'
    )
    assert list(build["check"](tmp_path, {"Codec": "codec"})) == []
