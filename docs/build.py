"""Make the site: notebooks -> pages with an API block per exported name -> Sphinx, warnings as errors -> a check of
what came out.

    python docs/build.py        docs/_build/html/index.html

Nothing is executed: plots, players and printed results are those stored in the notebooks, and API blocks are cut out
of the exported cells as they are written, so that parameters stand there with their comments.
"""

import ast
import json
import posixpath
import re
import shutil
import sys
from configparser import ConfigParser
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.cmd.build import build_main

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "docs" / "_build"
HEADINGS = {
    "core": "The ground floor",
    "layers": "Layers",
    "audio": "Sound",
    "corpora": "Recordings",
    "engine": "Training any model",
    "metrics": "How good is it",
    "codec": "Audio to tokens",
    "conditions": "Everything else to tokens",
    "tasks": "Eleven tasks",
    "shards": "Tokens on disk",
    "lm": "The language model",
    "diffusion": "Latent diffusion",
    "systems": "Systems",
    "systems/uniaudio": "UniAudio",
    "cli": "The command line",
    "": "Everything together",
}
CONFIG = ConfigParser(delimiters=["="])
CONFIG.read(ROOT / "settings.ini", encoding="utf-8")
SETTINGS = CONFIG["DEFAULT"]
LIBRARY = SETTINGS["lib_path"]
PARTS = SETTINGS["parts"].split()  # from the ground up


def page_of(book):
    "codec/00_quantize -> codec/quantize: the page is called as the module."
    return re.sub(r"(^|/)\d\d_", r"\1", book)


def module_of(page):
    "codec/quantize -> uniaudio_nb.codec.quantize."
    return f"{LIBRARY}.{page.replace('/', '.')}"


def place_of(book):
    "Where a notebook stands from the ground up: its part, systems of their own after what is for all, its number."
    part = book.split("/")[0] if "/" in book else ""
    return PARTS.index(part) if part in PARTS else len(PARTS), book.count("/"), book


def directives(source):
    "The `#|` lines of a cell as {name: arguments}, and the cell without them and without magics."
    found = dict(re.findall(r"^#\|[ \t]*([\w-]+):?[ \t]*(.*)$", source, re.MULTILINE))
    return found, re.sub(r"^(#\||%).*\n?", "", source, flags=re.MULTILINE).strip("\n")


def exported(source):
    "The statements of an exported cell as (qualified name or None, node)."
    for node in ast.parse(source).body:
        name = getattr(node, "name", "_")
        if any(ast.unparse(each).split("(")[0] == "patch" for each in getattr(node, "decorator_list", [])):
            name = f"{ast.unparse(node.args.args[0].annotation)}.{name}"
        yield (None if name.rpartition(".")[2].startswith("_") else name), node


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def head_lines(node):
    """The line numbers that say how a definition is used: its signature; for a class its fields and the signature of
    `__init__`."""
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)])

    def signature(definition, start):
        first = definition.body[0]
        return list(
            range(
                start,
                max(first.lineno, definition.lineno + 1) if first.lineno > definition.lineno else first.end_lineno + 1,
            )
        )

    lines = signature(node, start)
    if not isinstance(node, ast.ClassDef):
        return lines
    for each in node.body:
        if is_docstring(each):
            continue
        if isinstance(each, (ast.Assign, ast.AnnAssign)):
            lines += range(each.lineno, each.end_lineno + 1)
        elif getattr(each, "name", "") == "__init__":
            return lines + signature(each, each.lineno)
        else:
            break
    return lines


def docstring_lines(node):
    "The line numbers of the docstrings that the head of a definition is followed by."
    found = [node, *(each for each in node.body if getattr(each, "name", "") == "__init__")]
    return {
        line
        for each in found
        if is_docstring(each.body[0]) and each.body[0].lineno > each.lineno
        for line in range(each.body[0].lineno, each.body[0].end_lineno + 1)
    }


def fence(code):
    return f"```python\n{code.rstrip()}\n```" if code.strip() else ""


def sentence(docstring):
    "A docstring as markdown: code stays code, and signs that only look like markdown stay themselves."
    parts = re.split(r"(`[^`]*`)", docstring.replace("\n", " "))
    return "".join(part if part.startswith("`") else re.sub(r"([*_<\\])", r"\\\1", part) for part in parts)


def folded(summary, code, is_open):
    return (
        "<details "
        f'class="source"{" open" if is_open else ""}><summary>{summary}</summary>\n\n{fence(code)}\n\n</details>'
        if code.strip()
        else ""
    )


def target(page, name, node):
    "Make a definition known to search, index and links; it shows nothing by itself."
    parameters = (
        ""
        if isinstance(node, ast.ClassDef)
        else ", ".join(arg.arg for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
    )
    kind = "class" if isinstance(node, ast.ClassDef) else "method" if "." in name else "function"
    return f"```{{py:{kind}}} {name}({parameters})\n:module: {module_of(page)}\n:no-typesetting:\n```"


def api_block(page, name, node, source):
    "Markdown for one definition: heading, signature as written, docstring, what is inside."
    lines = source.split("\n")
    head, docs = head_lines(node), docstring_lines(node)
    signature = "\n".join(lines[line - 1] for line in head if line not in docs)
    inside = [line for line in range(head[-1] + 1, node.end_lineno + 1) if line not in docs]
    rest = "\n".join(lines[line - 1] for line in inside)
    parts = [target(page, name, node)]
    if isinstance(node, ast.ClassDef):
        methods = [each for each in node.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")]
        parts += [target(page, f"{name}.{each.name}", each) for each in methods]
    parts += [
        f"### `{name}`",
        fence(signature),
        sentence(ast.get_docstring(node) or ""),
        folded("source", re.sub(r"^\n+", "", rest), True),
    ]
    return "\n\n".join(part for part in parts if part)


def api_cell(page, source):
    "Markdown for an exported cell; imports alone show nothing."
    lines, parts = source.split("\n"), []
    others = []

    def flush():
        code = "\n".join(others).strip("\n")
        if code:
            parts.append(fence(code) if len(code.split("\n")) <= 25 else folded("source", code, False))
        others.clear()

    end = 0
    for name, node in exported(source):
        before = lines[end : node.lineno - 1 - len(getattr(node, "decorator_list", []))]
        end = node.end_lineno
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        if name is None:
            others += [*before, *lines[node.lineno - 1 - len(getattr(node, "decorator_list", [])) : node.end_lineno]]
        else:
            flush()
            parts.append(api_block(page, name, node, source))
    flush()
    return "\n\n".join(parts)


class Pages:
    "All notebooks as MyST-NB pages."

    def __init__(self):
        folder = ROOT / "nbs"
        paths = {
            path.relative_to(folder).with_suffix("").as_posix(): path
            for path in folder.rglob("*.ipynb")
            if "failed" not in path.stem and ".ipynb_checkpoints" not in path.parts
        }
        self.books = {book: json.loads(paths[book].read_text(encoding="utf-8")) for book in sorted(paths, key=place_of)}
        self.names = {}  # exported name -> page
        for book, content in self.books.items():
            for cell in content["cells"]:
                found, source = directives("".join(cell["source"]))
                if cell["cell_type"] == "code" and "export" in found:
                    for name, _ in exported(source):
                        if name:
                            self.names.setdefault(name, page_of(book))

    def link(self, text, book="index"):
        """Inline text of a notebook with names turned into links, links to notebooks into links to pages, and to files
        into links to the repository."""
        here = posixpath.dirname(book)

        def name_link(match):
            page = self.names.get(match[1].removesuffix("()"))
            return f"[`{match[1]}`](#{module_of(page)}.{match[1].removesuffix('()')})" if page else match[0]

        def page_link(match):
            file, _, anchor = match[1].partition("#")
            path = posixpath.normpath(posixpath.join("nbs", here, file))
            goal = path.removeprefix("nbs/").removesuffix(".ipynb")
            if path.startswith("nbs/") and path.endswith(".ipynb") and goal in self.books:
                return f"]({posixpath.relpath(page_of(goal), here or '.')}.ipynb{'#' + anchor if anchor else ''})"
            if path.startswith("nbs/"):
                return match[0]
            return f"]({SETTINGS['git_url']}/blob/{SETTINGS['branch']}/{path})"

        text = re.sub(r"\]\((?!https?:|#|(?:\.\./)*images/|attachment:)([^)\s]+)\)", page_link, text)
        return re.sub(r"(?<![\[`\\])`([A-Za-z_][\w.]*(?:\(\))?)`(?![`\]])", name_link, text)

    def markdown(self, text, book="index"):
        "A markdown cell for MyST: names linked outside of code and headings, blank lines round displayed mathematics."
        done = []
        for part in re.split(r"(^```.*?^```[ \t]*$|^\$\$.*?\$\$[ \t]*$)", text, flags=re.MULTILINE | re.DOTALL):
            if part.startswith("```"):
                done.append(part)
            elif part.startswith("$$"):
                done.append(f"\n{part}\n")
            else:
                done.append(
                    "\n".join(
                        line if line.startswith(("#", "    ")) else self.link(line, book) for line in part.split("\n")
                    )
                )
        return "".join(done)

    def cells(self, book):
        page = page_of(book)
        for cell in self.books[book]["cells"]:
            found, source = directives("".join(cell["source"]))
            if cell["cell_type"] == "markdown":
                text = "".join(cell["source"])
                yield markdown_cell(cell, self.markdown(text, book))
                if text.startswith("# ") and page != "index":
                    where = (
                        f" It defines the module `{module_of(page)}`."
                        if (ROOT / LIBRARY / f"{page}.py").exists()
                        else ""
                    )
                    yield markdown_cell(
                        {"id": cell["id"] + "-m"},
                        f"```{{container}} origin\nThis page is the notebook `nbs/{book}.ipynb`.{where}\n```",
                    )
            elif cell["cell_type"] != "code" or "hide" in found or "default_exp" in found:
                continue
            elif "export" in found or "exporti" in found:
                text = api_cell(page, source)
                if text:
                    yield markdown_cell(cell, text)
                if cell["outputs"]:
                    yield code_cell(cell, source, ["remove-input"])
            elif source.strip():
                tags = {"echo": "remove-input", "code-fold": "hide-input", "hide_input": "remove-input"}
                yield code_cell(cell, source, [tag for key, tag in tags.items() if key in found])

    def write(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if (ROOT / "nbs" / "images").exists():
            shutil.copytree(ROOT / "nbs" / "images", folder / "images")
        for book in self.books:
            cells = list(self.cells(book))
            if book == "index":
                cells.append(markdown_cell({"id": "contents"}, self.contents()))
            content = {
                "cells": cells,
                "metadata": {"language_info": {"name": "python", "pygments_lexer": "python"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
            target = folder / f"{page_of(book)}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(content), encoding="utf-8")
        if "index" not in self.books:
            (folder / "index.md").write_text(f"# {SETTINGS['title']}\n\n{self.contents()}", encoding="utf-8")

    def title(self, book):
        text = "".join("".join(cell["source"]) for cell in self.books[book]["cells"][:1])
        return re.sub(r"[`*]", "", (re.findall(r"^# (.*)$", text, re.MULTILINE) or [book])[0])

    def contents(self):
        "The navigation, one group for each part, and for each system."
        groups = {}
        for book in self.books:
            if book == "index":
                continue
            groups.setdefault(posixpath.dirname(book), []).append(f"{self.title(book)} <{page_of(book)}>")
        blocks = (
            f"```{{toctree}}\n:hidden:\n:caption: {HEADINGS.get(part, part)}\n\n" + "\n".join(entries) + "\n```"
            for part, entries in groups.items()
        )
        return "\n\n".join(blocks)


def markdown_cell(cell, text):
    return {"cell_type": "markdown", "id": cell["id"], "metadata": {}, "source": text}


def code_cell(cell, source, tags):
    "A code cell with its stored outputs; progress bars and other widgets mean nothing on a page."
    outputs = [
        output
        for output in cell["outputs"]
        if output.get("name") != "stderr" and "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
    ]
    return {
        "cell_type": "code",
        "id": cell["id"],
        "metadata": {"tags": tags},
        "source": source,
        "outputs": outputs,
        "execution_count": None,
    }


class Loads(HTMLParser):
    "What a page loads from elsewhere, where its links lead, and the places in it that a link can lead to."

    def __init__(self, text):
        super().__init__()
        self.loads = []
        self.links = []
        self.ids = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if found.get("id"):
            self.ids.add(found["id"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        for name in ("src", "srcset", "data", "poster"):
            self.loads.append(found.get(name) or "")
        if tag == "link" and found.get("rel") not in ("canonical", "next", "prev", "search", "index"):
            self.loads.append(found.get("href") or "")


def check(html, names):
    """What is wrong with the built site, as sentences: loads from the net, links that lead nowhere, names without a
    block."""
    # the theme leaves its templates there
    pages = [path for path in sorted(html.rglob("*.html")) if "_static" not in path.parts]
    parsed = {path: Loads(path.read_text(encoding="utf-8")) for path in pages}
    for path, page in parsed.items():
        for url in page.loads:
            if re.match(r"(https?:)?//", url):
                yield f"{path.name} loads {url}"
            elif url and not url.startswith("data:") and not (path.parent / unquote(urlsplit(url).path)).exists():
                yield f"{path.name}: {url} is missing"
        for href in page.links:
            url = urlsplit(href)
            if url.scheme or href.startswith("//"):
                continue
            goal = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not goal.exists():
                yield f"{path.name}: the link {href} leads nowhere"
            elif url.fragment and goal in parsed and unquote(url.fragment) not in parsed[goal].ids:
                yield f"{path.name}: the link {href} leads to no place on that page"
    for path in html.rglob("*.css"):
        for url in re.findall(
            r"""(?:@import\s+|url\()\s*["']?((?:https?:)?//[^"')\s]+)""", path.read_text(encoding="utf-8")
        ):
            yield f"{path.name} loads {url}"
    for name, page in names.items():
        place = f"{module_of(page)}.{name}"
        if place not in parsed.get(html / f"{page}.html", Loads("")).ids:
            yield f"{page}.html has no API block for {name}"


def main():
    pages = Pages()
    pages.write(BUILD / "pages")
    shutil.rmtree(BUILD / "html", ignore_errors=True)
    failed = build_main(
        [
            "-q",
            "-W",
            "--keep-going",
            "-E",
            "-c",
            str(ROOT / "docs"),
            "-d",
            str(BUILD / "doctrees"),
            str(BUILD / "pages"),
            str(BUILD / "html"),
        ]
    )
    wrong = list(check(BUILD / "html", pages.names)) if not failed else []
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if failed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
