"""Do the shards hold for a million examples? Opening, memory, speed and exact resume, measured in fresh processes.

    python tests/benchmarks/shards.py
        write a million synthetic examples (1.4 GB, under a minute), measure, remove them
    python tests/benchmarks/shards.py --examples 100000        fewer
    python tests/benchmarks/shards.py --keep runs/million      keep the shards there, and use them again
    python tests/benchmarks/shards.py --compare
        how long reading one segment takes, beside .npy and (if pyarrow is installed) Arrow

Prints a table and writes JSON to a file if asked (`--out`). Exit code 1 when a limit of the project is missed: opened
in 1 s, a loader process grows by less than 200 MB,
100,000 real frames per second of a worker's work (its processor time, so that other work on the machine does not
decide), a resume in mid-epoch delivers exactly the remaining batches.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from uniaudio_nb.tasks import SEGMENT_TYPES, Vocabulary, TASKS
from uniaudio_nb.shards import ShardFile, BatchLoader, TokenBatches, Shard

VOCABULARY = Vocabulary(3, 1024, {"phone": 80, "semantic": 128, "sing_midi": 128})
NAMES = ("tts", "vc", "se", "sound")
BUDGET, DIMENSION = 8000, 64
LIMITS = {"open_s": 1.0, "grows_mb": 200.0, "frames_per_second": 100_000.0}


def write(path, name, numbers, rng, files, number):
    """One file of synthetic examples in the format of `write_shard_file`: speech of 1 to 6 s, 100 prompts that
    examples share, 50 captions."""
    types = list(SEGMENT_TYPES)
    task = TASKS[name]
    ids = []
    segments = []
    rows = []
    at = 0
    target_frames = 0

    def add(n, high, width=1):
        nonlocal at
        ids.append(rng.integers(0, high, n * width, dtype=np.int16))
        at += n * width
        return at - n * width, n

    prompts = [add(int(rng.integers(100, 300)), 1024, 3) for _ in range(100)]
    captions = rng.standard_normal((50 * 6, DIMENSION)).astype(np.float16)
    for number in numbers:
        first = len(segments)
        length = 3
        T = int(rng.integers(50, 300))
        for place, condition in enumerate(task.conditions):
            kind = types.index(condition.segment)
            if condition.segment == "audio_prompt":
                segments += [(place, kind, *prompts[i]) for i in rng.choice(100, 4, replace=False)]
                length += 2 + min(150, max(s[3] for s in segments[-4:]))
                continue
            if condition.segment == "text":
                row = (int(rng.integers(50)) * 6, 6)
            elif condition.segment == "audio":
                row = add(T, 1024, 3)
            else:
                row = add(T if condition.segment == "semantic" else T // 6, 80)
            segments.append((place, kind, *row))
            length += 2 + row[1]
        segments.append((len(task.conditions), types.index("audio"), *add(T, 1024, 3)))
        rows.append((first, len(segments) - first, length + 2 + T, T, number))
        target_frames += T
    index = {
        "task": name,
        "asked": len(rows),
        "n_examples": len(rows),
        "left_out": [],
        "frames": sum(r[2] for r in rows),
        "target_frames": target_frames,
        "types": types,
        "n_codebooks": 3,
        "dimension": DIMENSION,
        "fingerprint": {"codec": "synthetic"},
        "split": "train",
        "files": files,
        "number": number,
    }
    arrays = {
        "ids": np.concatenate(ids),
        "segments": np.array(segments, np.int32),
        "examples": np.array(rows, np.int32),
        "vectors.text": captions,
    }
    save_file(arrays, path, metadata={"index": json.dumps(index, sort_keys=True)})


def write_all(folder, examples, per_file):
    each = examples // len(NAMES)
    files = -(-each // per_file)
    for name in NAMES:
        (folder / f"{name}-train").mkdir(parents=True, exist_ok=True)
        for number in range(files):
            path = folder / f"{name}-train" / f"{number:05d}.safetensors"
            if not path.exists():
                write(
                    path,
                    name,
                    range(number * per_file, min(each, (number + 1) * per_file)),
                    np.random.default_rng([NAMES.index(name), number]),
                    files,
                    number,
                )


def memory():  # MB: resident in all, and of it what is no mapped file
    with open("/proc/self/status", encoding="utf-8") as file:
        fields = dict(line.split(":", 1) for line in file)
    return [int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "VmHWM")]


def shards(folder):
    return [Shard(folder / f"{name}-train") for name in NAMES]


def measure(folder, seconds):
    "In a fresh process: open, draw for some seconds, and say what it took."
    torch.set_num_threads(1)
    resident, own, _ = memory()
    began = time.perf_counter()
    opened = shards(folder)
    open_s = time.perf_counter() - began
    batches = TokenBatches(opened, VOCABULARY, BUDGET)
    ready_s = time.perf_counter() - began
    frames = padded = step = 0
    began, work = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        batch = batches(step)
        frames = frames + int(batch.padding_mask.sum())
        padded = padded + batch.padding_mask.numel()
        step = step + 1
    wall, work = time.perf_counter() - began, time.process_time() - work
    after, after_own, peak = memory()
    return {
        "open_s": open_s,
        "ready_s": ready_s,
        "grows_mb": peak - resident,
        "of_it_own_mb": after_own - own,
        "resident_mb": after,
        "frames_per_second": frames / wall,
        "frames_per_cpu_second": frames / work,
        "filled": frames / padded,
        "batches": step,
        "largest_batch": BUDGET,
        "examples": sum(map(len, opened)),
        "files": sum(len(s.files) for s in opened),
    }


def digest(batch):
    return sha256(batch.tokens.numpy().tobytes() + batch.target_mask.numpy().tobytes()).hexdigest()


def resume(folder):
    """Deliver 100 batches near the end of an epoch, forget everything but the position, go on with other workers to
    the end."""
    whole = TokenBatches(shards(folder), VOCABULARY, BUDGET, epochs=True)
    n = whole.steps_per_epoch
    start = max(0, n - 300)
    reference = [digest(whole(step)) for step in range(start, n)]
    loader = BatchLoader(whole, n_workers=2, step=start, stop=n)
    seen = [digest(batch) for _, batch in zip(range(100), loader)]
    state = json.dumps(loader.state_dict())
    del loader
    again = BatchLoader(TokenBatches(shards(folder), VOCABULARY, BUDGET, epochs=True), n_workers=1, stop=n)
    again.load_state_dict(json.loads(state))
    rest = [digest(batch) for batch in again]
    named = np.zeros(len(whole.buckets.order), np.int64)  # every example of the epoch, by name
    for step in range(n):
        for s, i in whole.examples(step):
            named[whole.buckets.offsets[s] + i] += 1
    return {
        "epoch_batches": n,
        "saved_at": json.loads(state)["step"],
        "remaining": len(rest),
        "exact": seen + rest == reference,
        "every_example_once": bool((named == 1).all()),
    }


def workers(folder, n_workers, seconds=10.0):
    loader = BatchLoader(TokenBatches(shards(folder), VOCABULARY, BUDGET), n_workers=n_workers)
    loader(0)
    began, frames = time.perf_counter(), 0
    for batch in loader:
        frames += int(batch.padding_mask.sum())
        if time.perf_counter() - began > seconds:
            break
    return frames / (time.perf_counter() - began)


def compare(folder, reads=20_000):
    "Microseconds of work to reach one segment of 450 codes out of a million at random places."
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 1024, 450 * 1_000_000, dtype=np.int16)
    places = rng.integers(0, 1_000_000, reads)
    found = {}

    def timed(name, read):
        for i in places[:100]:
            assert np.array_equal(read(int(i)), ids[450 * i : 450 * i + 450])
        for i in places.tolist():
            read(i).sum()  # the pages are in memory now
        began = time.process_time()
        for i in places.tolist():
            read(i)
        found[name] = 1e6 * (time.process_time() - began) / reads

    empty = {"segments": np.zeros((0, 4), np.int32), "examples": np.zeros((0, 5), np.int32)}
    save_file(
        {"ids": ids, **empty},
        folder / "a.safetensors",
        metadata={"index": json.dumps({"task": "se", "n_codebooks": 3, "types": [], "n_examples": 0})},
    )
    number = ShardFile(folder / "a.safetensors")
    timed("safetensors, mapped", lambda i: number.ids[450 * i : 450 * i + 450])
    np.save(folder / "a.npy", ids)
    mapped = np.load(folder / "a.npy", mmap_mode="r")
    timed("npy, mapped", lambda i: mapped[450 * i : 450 * i + 450])
    try:
        import pyarrow as pa
    except ImportError:
        print("pyarrow is not installed")
    else:
        table = pa.table({"ids": pa.LargeListArray.from_arrays(np.arange(0, 450 * 1_000_001, 450), pa.array(ids))})
        with pa.OSFile(str(folder / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=10_000)
        chunks = pa.ipc.open_file(pa.memory_map(str(folder / "a.arrow"))).read_all().column("ids").chunks
        timed(f"Arrow {pa.__version__}, mapped", lambda i: chunks[i // 10_000][i % 10_000].values.to_numpy())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=1_000_000)
    parser.add_argument("--per-file", type=int, default=2000)
    parser.add_argument("--keep")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--out", help="JSON file to write")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        return print(json.dumps(measure(Path(args.measure), args.seconds)))
    with tempfile.TemporaryDirectory() as scratch:
        if args.compare:
            for name, microseconds in compare(Path(scratch)).items():
                print(f"{name:24s}{microseconds:6.1f} µs")
            return
        folder = Path(args.keep or scratch)
        began = time.perf_counter()
        write_all(folder, args.examples, args.per_file)
        result = {
            "written_s": time.perf_counter() - began,
            "bytes": sum(p.stat().st_size for p in folder.rglob("*.safetensors")),
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
        }
        done = subprocess.run(
            [sys.executable, __file__, "--measure", str(folder), "--seconds", str(args.seconds)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        result |= json.loads(done.stdout)
        result |= {f"frames_per_second_{n}_workers": workers(folder, n) for n in (1, 2)} | resume(folder)
    checks = {
        "open_s": result["open_s"] < LIMITS["open_s"],
        "grows_mb": result["grows_mb"] < LIMITS["grows_mb"],
        "frames_per_second": result["frames_per_cpu_second"] > LIMITS["frames_per_second"],
        "exact": result["exact"],
        "every_example_once": result["every_example_once"],
    }
    print(
        f"{result['examples']:,} examples in {result['files']} files, {result['bytes'] / 1e9:.1f} GB, "
        f"{result['cores']} cores, load {result['load']:.1f}"
    )
    for name, text in {
        "open_s": f"open all shards: {result['open_s']:.2f} s (ready to draw after {result['ready_s']:.2f} s)",
        "grows_mb": f"a loader process grows by {result['grows_mb']:.0f} MB at its peak, of it own memory "
        f"{result['of_it_own_mb']:.0f} MB",
        "frames_per_second": f"{result['frames_per_cpu_second']:,.0f} real frames per second of one worker's work, "
        f"batches {result['filled']:.0%} full",
        "exact": f"resume at batch {result['saved_at']} of {result['epoch_batches']}: the remaining "
        f"{result['remaining']} are exactly those",
        "every_example_once": "an epoch names every example exactly once",
    }.items():
        print(f"{'ok  ' if checks[name] else 'MISS'}  {text}")
    print(
        f"      on the clock, beside a load of {result['load']:.1f} on {result['cores']} cores: "
        f"{result['frames_per_second']:,.0f} frames per second in one process, "
        f"{result['frames_per_second_1_workers']:,.0f} delivered by 1 worker, "
        f"{result['frames_per_second_2_workers']:,.0f} by 2"
    )
    if args.out:
        Path(args.out).write_text(json.dumps(result | {"limits": LIMITS, "ok": checks}, indent=1), encoding="utf-8")
    if not all(checks.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
