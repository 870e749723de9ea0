"""Would the notebooks that train, and the numeric tests, pass on another processor?

    make test-processors                                      all of them, in four settings, at most 90 minutes
    make test-processors MINUTES=30                           a part; run again, it goes on where it stopped
    .venv/bin/python tests/processors.py --list               what would run, and nothing else
    .venv/bin/python tests/processors.py codec/00 -s avx2     one notebook in one setting

A short training ends elsewhere when sums are rounded elsewhere, and each instruction set rounds in its own order: an
assertion that passes by a hair here fails there. The settings make torch and oneDNN use less than this processor has.
A notebook that trains runs whole, since a cell needs those before it. What each cell prints is compared between the
settings. Results stay in runs/processors and are run again when a notebook or the library changes, or after a
failure. Exit code: 0 all green, 1 something failed, 3 the time was over before everything ran.
"""

import argparse
import configparser
import functools
import hashlib
import importlib.metadata
import json
import math
import os
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "nbs"
TESTS = ROOT / "tests"
RESULTS = ROOT / "runs" / "processors"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
LEARNERS = r"fit|train|train_\w+|learn|k_?means|(?:MiniBatch)?KMeans|run_recipe"
TRAINS = re.compile(rf"(?<!\w)(?<!def )(?:(?:{LEARNERS})\((?!\))|main\(\[.train)|\.step\(\)")
NUMERIC = re.compile(r"\b(?:assert_close|allclose|isclose|approx|torch\.equal)\(|[<>]=? *[\d.]*e-\d")
CAPS = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA")
NOT_OURS = (*CAPS, "DATA", "OUT", "PRESET", "MINUTES", "IN_TEST")  # make exports what it is told; notebooks read it


@dataclass(frozen=True)
class Setting:
    name: str
    says: str
    caps: tuple  # values of CAPS; () leaves everything as it is
    needs: tuple  # what torch may report of this processor (ATen would crash above it); () any
    threads: int = 1
    at_once: int = 2  # units that run at the same time
    busy: bool = False  # other processes keep all cores busy


SETTINGS = (
    Setting("default", "vectors of SSE4.1 only", ("default", "SSE41"), ()),
    Setting("avx2", "AVX2, no AVX-512", ("avx2", "AVX2"), ("AVX2", "AVX512")),
    Setting("avx512", "AVX-512, no bfloat16 products", ("avx512", "AVX512_CORE"), ("AVX512",)),
    Setting("busy", "nothing capped, two threads, every core also busy with something else", (), (), 2, 1, True),
)


def environment(setting=None):
    "Of a unit in a setting; without one: uncapped."
    variables = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    if setting is None:
        return variables
    threads = {"OMP_NUM_THREADS": str(setting.threads)}
    if setting.busy:
        threads["OMP_WAIT_POLICY"] = "passive"  # a thread that spins while its peer waits for a core wastes one
    return variables | dict(zip(CAPS, setting.caps)) | threads


def possible(settings, capability):
    return [s for s in settings if not s.needs or capability in s.needs]


@functools.cache
def processor():
    "(model name, flags, what torch would use uncapped); asked in a fresh process, this one may be capped itself."
    code = "import torch; print(torch.backends.cpu.get_cpu_capability())"
    asked = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8") if info.exists() else ""
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*: (.*)$", text, re.MULTILINE)
    return model[1] if model else "unknown", set(flags[1].split()) if flags else set(), asked.stdout.strip()


# What runs


def code_cells(path):
    "The code cells that `nbdev_test` runs, as (id, heading above, source)."
    config = configparser.ConfigParser()
    config.read(ROOT / "settings.ini")
    flags = "|".join(config["DEFAULT"]["tst_flags"].split())
    skipped = re.compile(rf"^#\|\s*(?:(?:{flags})\b|eval:\s*false)", re.MULTILINE)
    heading = ""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = next((line for line in source.split("\n") if line.startswith("#")), heading)
        if cell["cell_type"] == "code" and not skipped.search(source):
            yield cell.get("id", "?"), heading, source


def cells_that_train(path):
    "A cell that exports only defines; a call that is to be refused (`expect_fail`) learns nothing."

    def learns(line):
        return TRAINS.search(line) and "expect_fail" not in line and not line.lstrip().startswith("#")

    sources = [source for _, _, source in code_cells(path) if not re.search(r"^#\|\s*export", source, re.MULTILINE)]
    return sum(any(map(learns, source.split("\n"))) for source in sources)


def notebooks():
    "Those that train, those with many training cells first."
    hidden = re.compile(r"(^|/)[._]|\.failed\.ipynb$")
    paths = [p for p in NOTEBOOKS.rglob("*.ipynb") if not hidden.search(p.relative_to(NOTEBOOKS).as_posix())]
    counts = {path: cells_that_train(path) for path in sorted(paths)}
    return sorted((path for path, n in counts.items() if n), key=counts.get, reverse=True)


def numeric_tests():
    "Test files that use torch and compare numbers; those that need a GPU would all be skipped."

    def numeric(text):
        return "import torch" in text and NUMERIC.search(text) and "pytestmark = pytest.mark.cuda" not in text

    return [path for path in sorted(TESTS.glob("test_*.py")) if numeric(path.read_text(encoding="utf-8"))]


@functools.cache
def library_digest():
    "The library with the weights it ships, its tests' helpers, torch and this processor."
    digest = hashlib.sha256(f"{importlib.metadata.version('torch')} {processor()[0]}".encode())
    helpers = [TESTS / "conftest.py", *TESTS.glob("benchmarks/*.py")]
    for path in sorted([*ROOT.glob("uniaudio_nb/**/*"), *helpers]):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def digest_of(path, setting):
    "Changes with everything a result depends on, and not with a notebook's outputs."
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\0".join(cell["cell_type"] + "".join(cell["source"]) for cell in json.loads(text)["cells"])
    return hashlib.sha256(f"{text}\0{setting}\0{library_digest()}".encode()).hexdigest()[:16]


def result_file(path, setting):
    base = NOTEBOOKS if path.suffix == ".ipynb" else TESTS
    return RESULTS / setting.name / (path.relative_to(base).as_posix().replace("/", "--") + ".json")


def stored(path, setting):
    "The result that still fits, or None."
    file = result_file(path, setting)
    result = json.loads(file.read_text()) if file.exists() else {}
    return result if result.get("digest") == digest_of(path, setting) else None


def write(file, result):
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(file.name + ".tmp")
    aside.write_text(json.dumps(result, indent=1))
    os.replace(aside, file)


# In the process of one unit


def printed(outputs):
    "Lines of standard output, results and tables; addresses and temporary folders are not what a cell says."
    parts = []
    for output in outputs:
        data = output.get("data", {})
        if output["output_type"] != "stream":
            parts.append(data.get("text/markdown", data.get("text/plain", "")))
        elif output["name"] == "stdout":
            parts.append(output["text"])
    text = "\n".join("".join(part).rstrip("\n") for part in parts)
    return re.sub(r" at 0x[0-9a-f]+|(?<=/)tmp\w{8}\b", "", text).split("\n") if text else []


def execute(path, file):
    "As `nbdev_test` does it: in the notebook's folder, up to the first error. Writes what was printed to a file."
    from execnb.shell import CaptureShell

    os.environ["IN_TEST"] = "1"
    sys.argv, sys.path[0] = [str(path)], str(ROOT)
    os.chdir(path.parent)
    shell = CaptureShell(path)
    cells = []
    error = None
    for name, heading, source in code_cells(path):
        cells.append({"id": name, "heading": heading, "printed": printed(shell.run(source))})
        if shell.exc:
            head = "\n".join(source.strip().split("\n")[:6])
            lines = "".join(traceback.format_exception(shell.exc)).strip().split("\n")
            error = "\n".join([f"cell {name}, {heading}", head, "...", *lines[-25:]])
            break
    write(file, {"cells": cells, "error": error})


# Running


class Job:
    "One unit in one setting, in a process group of its own."

    def __init__(self, path, setting):
        self.path, self.setting = path, setting
        self.file = result_file(path, setting)
        self.raw = self.file.with_suffix(".raw")
        self.raw.parent.mkdir(parents=True, exist_ok=True)
        self.raw.unlink(missing_ok=True)
        self.log = self.file.with_suffix(".log")
        self.digest = digest_of(path, setting)
        self.started = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", path]
        if path.suffix == ".ipynb":
            command = [sys.executable, __file__, path, "--execute", self.raw]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(setting),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def finish(self):
        "Keep the result; a process that died without one has failed, with the end of what it said."
        result = json.loads(self.raw.read_text()) if self.raw.exists() else {"cells": [], "error": None}
        said = self.log.read_text(errors="replace").strip().split("\n")
        if self.process.returncode:
            result["error"] = f"exit code {self.process.returncode}\n" + "\n".join(said[-40:])
        self.raw.unlink(missing_ok=True)
        seconds = time.monotonic() - self.started
        write(self.file, {"digest": self.digest, "seconds": seconds, **result})

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


# A little politer than the unit: two threads that wait for each other stand still when neither gets a core
BUSY = """
import os, torch
os.nice(5)
torch.set_num_threads(1)
parent, x = os.getppid(), torch.rand(512, 512)
while os.getppid() == parent: x = torch.nn.functional.normalize(x @ x)
"""


def last_seconds(path):
    "How long a unit took in whatever setting, for the order; the unknown come first."
    known = [json.loads(file.read_text())["seconds"] for s in SETTINGS if (file := result_file(path, s)).exists()]
    return max(known, default=math.inf)


def run_setting(setting, paths, deadline, bar):
    "Stops at the deadline, and leaves no process behind on any exit."
    waiting = sorted(paths, key=last_seconds, reverse=True)
    jobs, others = [], []
    try:
        if setting.busy and waiting:
            for _ in range(os.cpu_count() or 2):
                others.append(subprocess.Popen([sys.executable, "-c", BUSY], env=environment()))
        while (waiting or jobs) and time.monotonic() < deadline:
            while waiting and len(jobs) < setting.at_once:
                jobs.append(Job(waiting.pop(0), setting))
            for job in [job for job in jobs if job.process.poll() is not None]:
                job.finish()
                jobs.remove(job)
                bar.update()
            bar.set_postfix_str(f"{setting.name}: {', '.join(job.path.stem for job in jobs)}")
            time.sleep(0.2)
    finally:
        for job in jobs:
            job.stop()
        for process in others:
            process.kill()


# Reporting


def alike(a, b):
    "The same words, and numbers that agree to about three digits."
    if NUMBER.split(a) != NUMBER.split(b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b))
    return all(math.isclose(float(x), float(y), rel_tol=2e-3, abs_tol=1e-5) for x, y in pairs)


def differences(outputs):
    "Of {setting: lines}: for every line that differs, the groups [[settings], line] that print it alike."
    for lines in zip_longest(*outputs.values(), fillvalue=""):
        groups = []
        for name, line in zip(outputs, lines):
            group = next((g for g in groups if alike(g[1], line)), None)
            if group:
                group[0].append(name)
            else:
                groups.append([[name], line])
        if len(groups) > 1:
            yield groups


def what_differs(results):
    "Of {setting: result} of one unit: the lines of the report, cell by cell."
    cells = [{cell["id"]: cell for cell in result["cells"]} for result in results.values()]
    for name in cells[0] if cells else ():
        there = {s: found[name] for s, found in zip(results, cells) if name in found}
        found = list(differences({s: cell["printed"] for s, cell in there.items()}))
        if found:
            yield f"  {cells[0][name]['heading'].strip('# ')} (cell {name})"
        for groups in found:
            for names, line in groups:
                yield f"    {', '.join(names)}: {line.strip()[:160]}"


def report(paths, settings, limit):
    "Print the table, what differs and what failed; everything also goes to a file. Returns (failed, missing) counts."
    results = {path: {s.name: r for s in settings if (r := stored(path, s))} for path in paths}
    full, short = [], []

    def cell(r):
        return "missing" if r is None else f"{'FAILED' if r['error'] else 'ok':6} {r['seconds']:5.0f} s"

    width = max(len(path.name) for path in paths)
    table = [" " * width + "".join(f"{s.name:>16}" for s in settings)]
    for path, found in results.items():
        table.append(f"{path.name:{width}}" + "".join(f"{cell(found.get(s.name)):>16}" for s in settings))
        lines = list(what_differs(found))
        if not lines:
            continue
        full += [path.name, *lines]
        more = [f"  ... {len(lines) - limit} more lines in the report"] if len(lines) > limit else []
        short += [path.name, *lines[:limit], *more]
    errors = [(p.name, s, r["error"]) for p, found in results.items() for s, r in found.items() if r["error"]]
    failures = [f"\nFAILED {name} in setting {s}\n{error}" for name, s, error in errors]
    headed = ["", "what cells print differently (numbers from the third or fourth digit; times differ anyway):"]
    print("\n".join(table + headed + short + failures))
    (RESULTS / "report.txt").write_text("\n".join(table + headed + full + failures) + "\n")
    return len(errors), len(paths) * len(settings) - sum(map(len, results.values()))


def introduce(settings):
    model, flags, capability = processor()
    known = {"AVX2": "avx2", "AVX-512": "avx512f", "AVX512_BF16": "avx512_bf16", "AMX": "amx_tile"}
    has = [f"{name} {'yes' if flag in flags else 'no'}" for name, flag in known.items()]
    print(f"this processor: {model}; {', '.join(has)}; torch uses {capability}")
    print("A processor can only be capped, not emulated upwards: what this one lacks is not tried.")
    for s in settings:
        asks = " ".join(f"{name}={value}" for name, value in zip(CAPS, s.caps)) or "nothing set"
        left_out = "" if s in possible(settings, capability) else " -- left out: this processor has less"
        print(f"  {s.name:8} {asks}, {s.threads} thread(s), {s.at_once} at once: {s.says}{left_out}")
    return possible(settings, capability)


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only notebooks and test files whose path contains one of these")
    parser.add_argument(
        "-s",
        "--setting",
        action="append",
        choices=[s.name for s in SETTINGS],
        help="only this one; may be given several times",
    )
    parser.add_argument("--minutes", type=float, default=90, help="stop after so long (default: 90)")
    parser.add_argument("--limit", type=int, default=12, help="lines of differences shown of each unit (default: 12)")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results of what is asked for")
    parser.add_argument("--list", action="store_true", help="say what would run, and how many cells of it train")
    parser.add_argument("--execute", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def run(paths, settings, minutes):
    "What has no fitting result yet, or a failed one."
    deadline = time.monotonic() + 60 * minutes
    todo = {s: [path for path in paths if (stored(path, s) or {"error": "missing"})["error"]] for s in settings}
    with tqdm(total=sum(map(len, todo.values())), unit="unit", disable=None) as bar:
        for setting, waiting in todo.items():
            run_setting(setting, waiting, deadline, bar)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_time = (used.ru_utime + used.ru_stime) / 60
    print(f"{(time.monotonic() - deadline) / 60 + minutes:.1f} minutes, {processor_time:.1f} of processor time")


def main(words=None):
    args = arguments(words)
    if args.execute:
        return execute(Path(args.names[0]).resolve(), args.execute)
    paths = [p for p in notebooks() + numeric_tests() if not args.names or any(name in str(p) for name in args.names)]
    if not paths:
        sys.exit(f"nothing that trains or is numeric is called {' or '.join(args.names)}: see --list")
    settings = introduce([s for s in SETTINGS if not args.setting or s.name in args.setting])
    if args.list:
        for path in paths:
            what = f"{cells_that_train(path)} cells train" if path.suffix == ".ipynb" else "numeric tests"
            print(f"{path.relative_to(ROOT)}: {what}")
        return 0
    if args.fresh:
        for path in paths:
            for setting in settings:
                result_file(path, setting).unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run(paths, settings, args.minutes)
    except KeyboardInterrupt:
        print("interrupted")
    failed, missing = report(paths, settings, args.limit)
    if missing:
        print(f"{missing} of {len(paths) * len(settings)} missing: run it again to go on")
    if failed:
        print(f"{failed} failed: asserted more narrowly than processors agree, or broken everywhere")
    if not failed and not missing:
        print("all green")
    if missing:
        return 3
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
