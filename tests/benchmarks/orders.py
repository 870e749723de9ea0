"""What do the five prediction orders cost, and how well do they predict and sound? Flattening, coarse-first, parallel,
delay and multi-scale, measured in one run.

    python tests/benchmarks/orders.py memory
        activation memory over 250 to 2,000 frames at the released size, both attentions; about a minute
    python tests/benchmarks/orders.py time
        time per training step: half the released depth (8 + 4 layers against 12) at the released width and
        1,000 frames, and curves at a third of the width; some minutes
    python tests/benchmarks/orders.py train
        train all five on the train splits of real recordings, in turns of a few seconds, each at the best of
        three learning rates; then generate
    python tests/benchmarks/orders.py table        print what has been measured

Each part prints a table and writes its section of `orders.json` (`--out`), from which nbs/lm/06_orders draws. One
thread; seconds are those of the
processor (`time.process_time`), so that another job on the machine does not stretch one order more than another; with
`--device cuda` those of the clock.
"""

import argparse
import json
import math
import time
from contextlib import nullcontext
from pathlib import Path

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from uniaudio_nb.audio import LogMel
from uniaudio_nb.corpora import read_corpora, assign_splits
from uniaudio_nb.metrics import frechet_distance
from uniaudio_nb.codec import Codec
from uniaudio_nb.lm import GenerationConfig, MultiScaleTransformer, MultiScaleConfig, ORDERS, activation_bytes
from uniaudio_nb.lm import code_losses, make_model, start_from_counts

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
K, N = 3, 1024
FRAMES = (250, 500, 1000, 2000)
RATES = (3e-3, 1.5e-3, 7.5e-4)  # what suits delay makes multi-scale stumble, so each order may choose
LIMITS = {"memory": 0.62, "time": 0.5}  # multi-scale over flat at 1,000 frames, 3 codebooks


def seconds(device):
    if device == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def attention(naive):
    return sdpa_kernel(SDPBackend.MATH) if naive else nullcontext()


# ------------------------------------------------------------------ cost


def make_step(order, n_layers, n_local_layers, width, n_heads, device="cpu"):
    """Make a model and the loss of one sequence of so many frames; multi-scale is the class of lm/00_multiscale itself
    with the released vocabulary: its larger head counts against it."""
    torch.manual_seed(0)
    if order == "multi_scale":
        model = MultiScaleTransformer(
            MultiScaleConfig.base(
                n_layers=n_layers, n_local_layers=n_local_layers, width=width, n_heads=n_heads, context=max(FRAMES)
            )
        )
    else:
        model = make_model(order, K, N, n_layers, n_local_layers, width, n_heads, max(FRAMES))
    model = model.to(device)

    def run(frames):
        codes = torch.randint(0, N, (1, K, frames), device=device)
        if order != "multi_scale":
            return code_losses(model, codes).mean()
        return model.loss(
            codes.transpose(1, 2) + 128 + N * torch.arange(K, device=device),
            torch.ones(1, frames, dtype=torch.bool, device=device),
        )

    return model, run


def bytes_kept(order, naive, frames, n_layers=16, n_local_layers=8, width=768, n_heads=12):
    """Count with one layer and with two, and go on along the line: every layer keeps the same bytes (checked in
    `memory`)."""

    def count(*layers):
        model, run = make_step(order, *layers, width, n_heads)
        with attention(naive):
            return torch.tensor([activation_bytes(lambda: run(t), model) for t in frames])

    one = count(1, 1)
    return (one + (n_layers - 1) * (count(2, 1) - one) + (n_local_layers - 1) * (count(1, 2) - one)).tolist()


def memory():
    model, run = make_step("multi_scale", 3, 3, 768, 12)
    assert [activation_bytes(lambda: run(50), model)] == bytes_kept("multi_scale", False, [50], 3, 3), (
        "the layers do not keep equal bytes"
    )
    result = {
        "size": "16 + 8 layers, width 768, 12 heads, 3 codebooks of 1024, one sequence, float32",
        "frames": FRAMES,
        "GB": {},
    }
    for order in ORDERS:
        result["GB"][order] = {}
        for naive in (False, True):
            points = [50, 100, 150, 200]
            *first, check = bytes_kept(order, naive, points)

            def on(t):
                # of degree 2 in the frames
                return sum(
                    y * math.prod((t - u) / (x - u) for u in points[:3] if u != x) for x, y in zip(points, first)
                )

            assert abs(on(200) - check) < 1, "the bytes are not quadratic in the frames"
            if not naive and order in ("flat", "multi_scale"):
                counted = bytes_kept(order, naive, [1000])[0]
                assert abs(on(1000) - counted) < 1e-6 * counted, "the curve misses what was counted at 1,000 frames"
            result["GB"][order]["naive" if naive else "sdpa"] = [on(t) / 1e9 for t in FRAMES]
            print(order, "naive" if naive else "sdpa", [round(on(t) / 1e9, 3) for t in FRAMES], flush=True)
    at = FRAMES.index(1000)
    result["ratio"] = result["GB"]["multi_scale"]["sdpa"][at] / result["GB"]["flat"]["sdpa"][at]
    return result


def times(cases, size, device, repeats):
    "Seconds of a forward and backward pass, the fastest of several; the cases take turns."
    models = {order: make_step(order, *size, device) for order in {order for order, _, _ in cases}}
    best = dict.fromkeys(cases, math.inf)
    for order, (_, run) in models.items():
        run(50).backward()  # warm
    for _ in range(repeats):
        for order, frames, naive in cases:
            model, run = models[order]
            model.zero_grad()
            with attention(naive):
                began = seconds(device)
                run(frames).backward()
                best[order, frames, naive] = min(best[order, frames, naive], seconds(device) - began)
            print(order, frames, "naive" if naive else "sdpa", f"{best[order, frames, naive]:.2f} s", flush=True)
    return best


def time_(args):
    base = times(
        [(order, 1000, False) for order in ("flat", "multi_scale")], (8, 4, 768, 12), args.device, args.repeats
    )
    cases = [
        (order, frames, naive)
        for frames in FRAMES
        for naive in (False, True)
        for order in ORDERS  # coarse-first runs flat's steps
        if order != "coarse_first" and not (naive and (frames > 1000 or order in ("parallel", "delay")))
    ]
    curves = times(cases, (8, 4, 256, 4), args.device, 1)
    of = {
        order: {
            kind: [curves[order, frames, naive] for frames in FRAMES if (order, frames, naive) in curves]
            for kind, naive in (("sdpa", False), ("naive", True))
            if (order, 250, naive) in curves
        }
        for order in ORDERS
        if order != "coarse_first"
    }
    return {
        "device": args.device,
        "frames": FRAMES,
        "ratio": base["multi_scale", 1000, False] / base["flat", 1000, False],
        "base": {
            "size": "8 + 4 layers against 12, width 768, 12 heads, 1000 frames, one sequence, forward and backward",
            "seconds": {order: x for (order, _, _), x in base.items()},
        },
        "curves": {
            "size": "8 + 4 layers against 12, width 256, 4 heads, one sequence, forward and backward",
            "seconds": of,
        },
    }


# ------------------------------------------------------------------ training on real recordings


def load_codes(data, frames):
    "Codes of the train and of the valid split, clips of at least `frames`; rooms and noises are no targets."
    codec, found = Codec.from_pretrained(), {"train": [], "valid": []}
    for recording in assign_splits([r for r in read_corpora(data) if r.kind not in ("room", "noise")]):
        if recording.seconds * codec.frame_rate >= frames and recording.split in found:
            codes = codec.encode(recording.load()[None], n_codebooks=K)[0]
            if codes.shape[1] >= frames:
                found[recording.split].append(codes)
    return codec, found["train"], found["valid"]


class Learner:
    "One order in training: model, optimizer, its own copy of the same random crops, and what it has cost so far."

    def __init__(self, order, size, counts, train, frames, batch_size, learning_rate):
        torch.manual_seed(0)
        self.order, self.model = order, make_model(order, K, N, *size, frames)
        start_from_counts(self.model, counts)
        self.train = train
        self.frames = frames
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weights = torch.tensor([codes.shape[1] - frames + 1.0 for codes in train])
        self.generator = torch.Generator().manual_seed(0)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), learning_rate, betas=(0.9, 0.95), weight_decay=0.01)
        self.steps = 0
        self.cost = 0.0
        self.curve = []

    def batch(self):
        clips = torch.multinomial(self.weights, self.batch_size, True, generator=self.generator).tolist()
        starts = [int(torch.randint(0, int(self.weights[i]), (), generator=self.generator)) for i in clips]
        return torch.stack([self.train[i][:, a : a + self.frames] for i, a in zip(clips, starts)])

    def work(self, budget):
        end = self.cost + budget
        while self.cost < end:
            codes, began = self.batch(), time.process_time()
            for group in self.optimizer.param_groups:
                group["lr"] = self.learning_rate * min(1, (self.steps + 1) / 30)
            loss = code_losses(self.model, codes).mean()
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.steps += 1
            self.cost += time.process_time() - began

    @torch.no_grad()
    def losses(self, codes):
        return torch.cat([code_losses(self.model, part) for part in codes.split(16)])  # [B, K, T]

    def look(self, codes):
        self.curve.append(
            {
                "seconds": self.cost,
                "audio_seconds": self.steps * self.batch_size * self.frames / 50,
                "loss": self.losses(codes).mean().item(),
            }
        )


def interval(values):
    return {"mean": values.mean().item(), "ci95": 1.96 * values.std().item() / math.sqrt(len(values))}


def features(codec, codes, prompt):
    """Log-mel frames of the part behind the prompt and their change over 100 ms: the spectrum and how it moves [M,
    64] per clip."""
    mel = LogMel(n_mels=32)(codec.decode(codes)[..., prompt * codec.hop_length :])
    return [torch.cat([row[:, :-5], row[:, 5:] - row[:, :-5]]).T for row in mel]


def distance(of, reference, seed=0, draws=20):
    "Fréchet distance of all clips, and its spread when clips are drawn with replacement."
    g, spread = torch.Generator().manual_seed(seed), []
    for _ in range(draws):
        rows = torch.randint(0, len(of), (len(of),), generator=g).tolist()
        spread.append(frechet_distance(torch.cat([of[i] for i in rows]), torch.cat(reference)))
    return {"value": frechet_distance(torch.cat(of), torch.cat(reference)), "sd": torch.tensor(spread).std().item()}


def generation(learners, codec, valid, counts, frames, prompt, clips):
    """Continue held-out prompts; beside it the truth of other crops, the prompt played again, and codes drawn from
    their frequencies alone."""
    real = torch.stack([codes[:, :frames] for codes in valid[:clips]])
    other = [codes[:, -frames:] for codes in valid[:clips] if codes.shape[1] >= 2 * frames]
    g = torch.Generator().manual_seed(0)
    drawn = torch.stack(
        [
            torch.multinomial(counts[k].float(), clips * (frames - prompt), True, generator=g).view(clips, -1)
            for k in range(K)
        ],
        1,
    )
    again = real[..., :prompt].repeat(1, 1, math.ceil(frames / prompt))[..., :frames]
    reference = features(codec, real, prompt)
    config = GenerationConfig(temperature=0.8, top_k=30)
    rows = {}
    for name, codes in {
        **({"later crops of the same recordings": torch.stack(other)} if other else {}),
        "prompt repeated": again,
        "codes by frequency": torch.cat([real[..., :prompt], drawn], -1),
    }.items():
        rows[name] = {"frechet": distance(features(codec, codes, prompt), reference)}
    for learner in learners:
        learner.model.eval()
        began = time.process_time()
        codes = learner.model.generate(real[..., :prompt], frames, config, torch.Generator().manual_seed(1))
        many = time.process_time() - began
        began = time.process_time()
        learner.model.generate(real[:1, :, :prompt], frames, config, torch.Generator().manual_seed(1))
        one, audio = time.process_time() - began, (frames - prompt) / codec.frame_rate
        rows[learner.order] = {
            "frechet": distance(features(codec, codes, prompt), reference),
            "audio_seconds_per_second": {"one": audio / one, f"batch of {clips}": clips * audio / many},
        }
        print(learner.order, rows[learner.order], flush=True)
    return rows


def train(args):
    began = time.perf_counter()
    size = (2, 1, 96, 4)
    frames = 64
    batch_size = 4
    prompt = 16
    codec, train, valid = load_codes(args.data, frames)
    counts = torch.stack([torch.bincount(torch.cat([codes[k] for codes in train]), minlength=N) for k in range(K)])
    valid = [valid[i] for i in torch.randperm(len(valid), generator=torch.Generator().manual_seed(0)).tolist()]
    # learning rates are chosen and curves drawn by the former, results are those of the latter
    looked_at, valid = torch.stack([codes[:, :frames] for codes in valid[:48]]), valid[48:]
    held_out = torch.stack([codes[:, :frames] for codes in valid])
    print(
        f"{len(train)} train, {len(looked_at)} + {len(valid)} held-out clips, "
        f"{sum(codes.shape[1] for codes in train) / 3000:.0f} min to train on",
        flush=True,
    )

    def turns(learners, budget):
        while any(learner.cost < budget for learner in learners) and time.perf_counter() - began < 60 * args.minutes:
            for learner in learners:
                learner.work(min(args.slice, budget - learner.cost))
                learner.look(looked_at)
                print(
                    f"{learner.order:12s} {learner.learning_rate:.5f} {learner.steps:5d} steps {learner.cost:6.1f} s  "
                    f"{learner.curve[-1]['loss']:.3f} nats per code",
                    flush=True,
                )

    found = {
        order: [Learner(order, size, counts, train, frames, batch_size, rate) for rate in RATES] for order in ORDERS
    }
    for learner in sum(found.values(), []):
        learner.look(looked_at)
    turns(sum(found.values(), []), args.search)
    searched = {
        order: {str(learner.learning_rate): learner.curve[-1]["loss"] for learner in of} for order, of in found.items()
    }
    learners = [min(of, key=lambda learner: learner.curve[-1]["loss"]) for of in found.values()]
    turns(learners, args.seconds)
    frequencies = (counts + 0.1) / (counts + 0.1).sum(1, keepdim=True)
    by_frequency = torch.stack([-frequencies[k].log()[held_out[:, k]] for k in range(K)], 1)
    judge = learners[-1].losses(held_out).mean((1, 2))
    result = {
        "size": "2 + 1 layers, width 96, 4 heads, 3 codebooks of 1024 (shipped codec), crops of 64 frames, batches of "
        "4, AdamW at a constant rate, the best of three for each order",
        "train_minutes": sum(codes.shape[1] for codes in train) / 3000,
        "held_out_clips": len(valid),
        "search_seconds": args.search,
        "by_frequency": by_frequency.mean((0, 2)).tolist(),
        "orders": {},
    }
    for learner in learners:
        losses = learner.losses(held_out).mean(2)  # [B, K]
        result["orders"][learner.order] = {
            "parameters": sum(p.numel() for p in learner.model.parameters()),
            "learning_rate": learner.learning_rate,
            "searched": searched[learner.order],
            "steps": learner.steps,
            "seconds": learner.cost,
            "seconds_per_step": learner.cost / learner.steps,
            "audio_seconds_per_second": learner.curve[-1]["audio_seconds"] / learner.cost,
            "loss": interval(losses.mean(1)),
            "per_codebook": losses.mean(0).tolist(),
            "minus_multi_scale": interval(losses.mean(1) - judge),
            "curve": learner.curve,
        }
    save(args.out, "train", result)
    result["generation"] = {
        "prompt_seconds": prompt / codec.frame_rate,
        "generated_seconds": (frames - prompt) / codec.frame_rate,
        "clips": min(96, len(valid)),
        "rows": generation(learners, codec, valid, counts, frames, prompt, min(96, len(valid))),
    }
    return result


# ------------------------------------------------------------------ tables


def save(path, section, result):
    everything = json.loads(path.read_text()) if path.exists() else {}
    everything[section] = result
    path.write_text(json.dumps(everything, indent=1) + "\n")


def verdict(name, ratio):
    met = "met" if ratio <= LIMITS[name] else "MISSED"
    return f"multi-scale over flat, {name} at 1,000 frames: {ratio:.3f} (at most {LIMITS[name]}: {met})"


def table(measured):
    if "memory" in measured:
        part = measured["memory"]
        print(
            f"\nActivation memory in GB ({part['size']})\n{'frames':22s}" + "".join(f"{n:8d}" for n in part["frames"])
        )
        for order, of in part["GB"].items():
            for kind, values in of.items():
                print(f"{order + ', ' + kind:22s}" + "".join(f"{x:8.2f}" for x in values))
        print(verdict("memory", part["ratio"]))
    if "time" in measured:
        part = measured["time"]
        print(
            f"\nSeconds per training step ({part['curves']['size']}; {part['device']})\n{'frames':22s}"
            + "".join(f"{n:8d}" for n in part["frames"])
        )
        for order, of in part["curves"]["seconds"].items():
            for kind, values in of.items():
                print(f"{order + ', ' + kind:22s}" + "".join(f"{x:8.2f}" for x in values))
        print(
            f"{part['base']['size']}: "
            + ", ".join(f"{order} {x:.1f} s" for order, x in part["base"]["seconds"].items())
        )
        print(verdict("time", part["ratio"]))
    if "train" in measured:
        part = measured["train"]
        print(f"\nHeld-out loss in nats per code after the same processor time ({part['size']})")
        common = min(of["curve"][-1]["audio_seconds"] for of in part["orders"].values())
        for order, of in part["orders"].items():
            print(
                f"{order:12s} {of['loss']['mean']:.3f}, minus multi-scale {of['minus_multi_scale']['mean']:+.3f} ± "
                f"{of['minus_multi_scale']['ci95']:.3f}; per codebook "
                + " ".join(f"{x:.2f}" for x in of["per_codebook"])
                + f"; {of['steps']} steps at {of['learning_rate']}, {of['seconds_per_step']:.3f} s each; after "
                f"{common:.0f} s of audio {loss_at(of['curve'], common):.3f}"
            )
        for name, of in part.get("generation", {}).get("rows", {}).items():
            print(
                f"{name:36s} Fréchet distance {of['frechet']['value']:6.2f} ± {of['frechet']['sd']:.2f}"
                + "".join(
                    f"; {x:.1f} s of audio per s ({n})" for n, x in of.get("audio_seconds_per_second", {}).items()
                )
            )


def loss_at(curve, audio_seconds):
    "The loss after so many seconds of audio, on the line between the two nearest looks."
    for a, b in zip(curve, curve[1:]):
        if b["audio_seconds"] >= audio_seconds:
            return a["loss"] + (b["loss"] - a["loss"]) * (audio_seconds - a["audio_seconds"]) / (
                b["audio_seconds"] - a["audio_seconds"]
            )
    return curve[-1]["loss"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["memory", "time", "train", "table"])
    parser.add_argument("--out", type=Path, default=HERE / "orders.json")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of corpora with manifests")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="for `time`")
    parser.add_argument("--repeats", type=int, default=2, help="steps per measurement, of which the fastest counts")
    parser.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="processor time of training per order, the search at its own rate included",
    )
    parser.add_argument(
        "--search", type=float, default=12, help="processor time at each learning rate, after which the best goes on"
    )
    parser.add_argument("--slice", type=float, default=6, help="seconds per turn")
    parser.add_argument("--minutes", type=float, default=60, help="by the clock, after which no further turn begins")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.part != "table":
        save(args.out, args.part, {"memory": lambda _: memory(), "time": time_, "train": train}[args.part](args))
    measured = json.loads(args.out.read_text())
    table(measured)
    return int(any(measured[part]["ratio"] > limit for part, limit in LIMITS.items() if part in measured))


if __name__ == "__main__":
    raise SystemExit(main())
