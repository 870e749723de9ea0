"""How fast is the language model, against a plain one in the same run and against what the machine can do?

    python tests/benchmarks/language_model.py
        training step and generation on the CPU, released size, float32, bfloat16, int8
    python tests/benchmarks/language_model.py --threads 2 --rounds 5
    python tests/benchmarks/language_model.py --device cuda
        on a GPU: base and paper in bfloat16, share of the matrix rate
    python tests/benchmarks/language_model.py --only training
        one part: equality, training, generation, orders (memory and time against a flat model)

The reference (reference_multiscale.py) has the same weights. Both run in turns, so what else the machine does hits
both; ratios are of medians. Limits are measured in the same run: the largest rate of a matrix product (of all ways
PyTorch has), and the bandwidth of copying memory, in bytes read plus bytes written (the usual convention; generation
only reads). Writes JSON beside the table (`--out`).
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F

from reference_multiscale import reference_of
from uniaudio_nb.layers import Transformer
from uniaudio_nb.tasks import Continuous, Segment, Vocabulary, pack
from uniaudio_nb.lm import generate, generate_frames, GenerationConfig, MultiScaleTransformer, MultiScaleConfig
from uniaudio_nb.lm import count_operations


def timed(function, device="cpu"):
    if device != "cpu":
        torch.cuda.synchronize()
    began = time.perf_counter()
    function()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def in_turns(ways, rounds, device="cpu"):
    """Seconds of each way: the median of `rounds`, all ways one after the other in every round, after one round to
    warm up."""
    times = {name: [] for name in ways}
    for round in range(rounds + 1):
        for name, way in ways.items():
            taken = timed(way, device)
            if round:
                times[name].append(taken)
    return {name: median(t) for name, t in times.items()}


@torch.no_grad()
def limits(device="cpu", dtype=torch.float32):
    "Largest matrix rate [FLOP/s] and copy bandwidth [bytes/s, read and written]."
    rate = 0.0
    for n in (1024, 2048) if device == "cpu" else (8192,):
        a = torch.randn(n, n, device=device, dtype=dtype)
        b = torch.randn(n, n, device=device, dtype=dtype)
        ways = [lambda a=a, b=b: F.linear(a, b)]
        if device == "cpu" and torch.backends.mkldnn.is_available():
            ways.append(lambda a=a, b=b: torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], ""))
        for way in ways:
            rate = max(rate, 2 * n**3 / min(timed(way, device) for _ in range(6)))
    source = torch.ones(2**26 if device == "cpu" else 2**30, device=device)
    target = torch.empty_like(source)
    return {
        "matrix_rate": rate,
        "copy_bandwidth": 2 * source.nbytes / min(timed(lambda: target.copy_(source), device) for _ in range(6)),
    }


def pair(config):
    "The reference and ours with the same random weights."
    torch.manual_seed(0)
    ours = MultiScaleTransformer(config).eval()
    reference = reference_of(config)
    reference.load_state_dict(ours.to_official_state_dict())
    return reference, ours


@torch.no_grad()
def equality(reference, ours):
    "Largest difference of the logits over the largest logit, without and with a text segment."
    g, c = torch.Generator().manual_seed(0), ours.config
    tokens = torch.randint(0, c.vocabulary_size, (2, 40, c.n_codebooks), generator=g)
    mask = torch.zeros(2, 40, dtype=torch.bool)
    mask[0, 3:9] = mask[1, 2:5] = True
    text = Continuous(mask, torch.randn(9, c.continuous_dimension, generator=g))
    result = {}
    for name, continuous in (("codes", None), ("with text", text)):
        expected = reference(tokens, continuous)
        result[name] = ((ours(tokens, continuous=continuous) - expected).abs().max() / expected.abs().max()).item()
        assert result[name] < 1e-4, f"logits differ from the reference's by {result[name]:.1e} of the largest"
    return result


def training(reference, ours, rounds, limit, frames=400, batch=2):
    "One forward and backward pass over a batch of which half of the frames are target."
    c = ours.config
    tokens = torch.randint(
        0, c.vocabulary_size, (batch, frames, c.n_codebooks), generator=torch.Generator().manual_seed(0)
    )
    mask = torch.zeros(batch, frames, dtype=torch.bool)
    mask[:, frames // 2 :] = True

    def step(model):
        for parameter in model.parameters():
            parameter.grad = None
        model.loss(tokens, mask).backward()

    times = in_turns({"reference": lambda: step(reference), "ours": lambda: step(ours)}, rounds)
    done = sum(count_operations(c, frames, frames // 2, batch, training=True).values())
    for model in (reference, ours):
        for parameter in model.parameters():
            parameter.grad = None
    return {
        "frames_per_second": {name: batch * frames / t for name, t in times.items()},
        "ratio": times["reference"] / times["ours"],
        "theory": sum(count_operations(c, frames).values()) / sum(count_operations(c, frames, frames // 2).values()),
        "operations_per_second": done / times["ours"],
        "share_of_matrix_rate": done / times["ours"] / limit["matrix_rate"],
    }


def prompt(vocabulary, frames=150):
    "A prefix of `frames` frames."
    codes = torch.randint(
        0, vocabulary.codebook_size, (vocabulary.n_codebooks, frames - 5), generator=torch.Generator().manual_seed(1)
    )
    prefix = pack([Segment("audio_prompt", codes)], vocabulary, task="<tts_task>")
    assert len(prefix) == frames
    return prefix


def generation(reference, ours, rounds, limit, precisions, new_frames=30, streams=(1, 8)):
    "Frames per second behind a prefix of 150 frames, prefix included."
    v = Vocabulary.official()
    block = v.blocks["audio"]
    prefix = prompt(v)
    result = {}
    slots = [(block.start + 1024 * k, block.start + 1024 * (k + 1)) for k in range(3)]
    models = {precision: ours.for_inference(precision) for precision in precisions}
    for B in streams:
        prefixes = [prompt(v) for _ in range(B)]  # of their own: a shared one would be computed once

        def run(model, prefixes=prefixes, B=B):
            return generate(
                model,
                prefixes,
                v,
                GenerationConfig(),
                min_frames=[new_frames] * B,
                max_frames=[new_frames] * B,
                seeds=list(range(B)),
            )

        ways = {"reference": lambda B=B: reference.generate(prefix.tokens[None].repeat(B, 1, 1), new_frames, slots)} | {
            name: lambda model=model: run(model) for name, model in models.items()
        }
        times = in_turns(ways, rounds)
        rows = result[f"{B} stream{'s' if B > 1 else ''}"] = {}
        for name, t in times.items():
            rows[name] = {"frames_per_second": B * new_frames / t, "ratio": times["reference"] / t}
            if name != "reference":
                bytes_per_second = models[name].bytes_per_frame() * new_frames / t
                rows[name] |= {
                    "bytes_per_second": bytes_per_second,
                    "share_of_copy_bandwidth": bytes_per_second / limit["copy_bandwidth"],
                }
        if B == 1:  # steps alone, without the prefix: what the bandwidth bounds
            for name, model in models.items():
                clock, seen = time.perf_counter(), []
                for _ in generate_frames(
                    model, [prefix], v, min_frames=[new_frames], max_frames=[new_frames], seeds=[0]
                ):
                    seen.append(time.perf_counter() - clock)
                per_frame = (seen[-1] - seen[0]) / (new_frames - 1)
                rows[name] |= {
                    "first_frame_ms": 1000 * seen[0],
                    "ms_per_frame": 1000 * per_frame,
                    "steps_share_of_copy_bandwidth": model.bytes_per_frame() / per_frame / limit["copy_bandwidth"],
                }
    return result


class Flat(torch.nn.Module):
    """All K·T tokens in one sequence, as many layers as global and local together; attention by
    scaled_dot_product_attention or naive."""

    def __init__(self, config):
        super().__init__()
        c = self.config = config
        self.embedding = torch.nn.Embedding(c.vocabulary_size, c.width)
        self.position = torch.nn.Embedding(c.n_codebooks * c.context, c.width)
        self.stack = Transformer(c.n_layers + c.n_local_layers, c.width, c.n_heads)
        self.norm = torch.nn.LayerNorm(c.width)
        self.head = torch.nn.Linear(c.width, c.vocabulary_size, bias=False)

    def loss(self, tokens, _):
        flat = tokens.flatten(1)
        x = torch.cat([torch.full_like(flat[:, :1], 23), flat[:, :-1]], 1)
        logits = self.head(self.norm(self.stack(self.embedding(x) + self.position.weight[: x.shape[1]])))
        return F.cross_entropy(logits.flatten(0, 1), flat.flatten())


class Naive(Flat):
    "The same with materialised scores."

    def loss(self, tokens, mask):
        original = F.scaled_dot_product_attention

        def naive(q, k, v, attn_mask=None, is_causal=False, scale=None):
            assert attn_mask is None and is_causal
            scores = (q @ k.transpose(-1, -2)) * (scale or q.shape[-1] ** -0.5)
            return (
                scores.masked_fill(
                    torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1), -torch.inf
                ).softmax(-1)
                @ v
            )

        F.scaled_dot_product_attention = naive
        try:
            return super().loss(tokens, mask)
        finally:
            F.scaled_dot_product_attention = original


def activations(model, tokens, mask):
    "Bytes that a forward pass keeps for the backward pass, each storage once; parameters left out."
    kept, own = {}, {p.untyped_storage().data_ptr() for p in model.parameters()}

    def keep(x):
        storage = x.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = (storage.nbytes(), x)
        return x

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
        loss = model.loss(tokens, mask)
    total = sum(size for size, _ in kept.values())
    del loss
    return total


def flat_against_multiscale(rounds, lengths=(250, 500, 1000, 2000), width=512, naive_up_to=500):
    """Memory of activations and time of a step over all frames; half of the released depth and two thirds of its width,
    so that a laptop can do it."""
    config = MultiScaleConfig(n_layers=8, n_local_layers=4, width=width, n_heads=8, context=max(lengths) + 1)
    torch.manual_seed(0)
    models = {
        "multi-scale": MultiScaleTransformer(config),
        "flat": Flat(config),
        "flat, naive attention": Naive(config),
    }
    result = {}
    for frames in lengths:
        tokens, mask = torch.randint(0, 4212, (1, frames, 3)), torch.ones(1, frames, dtype=torch.bool)
        here = {name: m for name, m in models.items() if frames <= naive_up_to or "naive" not in name}

        def step(model):
            for p in model.parameters():
                p.grad = None
            model.loss(tokens, mask).backward()

        times = in_turns({name: lambda m=m: step(m) for name, m in here.items()}, rounds)
        memory = {name: activations(m, tokens, mask) for name, m in here.items()}
        result[frames] = {
            name: {
                "seconds": times[name],
                "megabytes": memory[name] / 1e6,
                "time_of_flat": times[name] / times["flat"],
                "memory_of_flat": memory[name] / memory["flat"],
            }
            for name in here
        }
    return result


def on_gpu(rounds):
    "base and paper in bfloat16: share of the matrix rate in training, times real time in generation."
    limit, result = limits("cuda", torch.bfloat16), {}
    result["limits"] = limit
    for name, batch, frames in (("base", 16, 1000), ("paper", 8, 1000)):
        config = getattr(MultiScaleConfig, name)(context=2000)
        torch.manual_seed(0)
        model = MultiScaleTransformer(config).cuda()
        tokens = torch.randint(0, 4212, (batch, frames, 3), device="cuda")
        mask = torch.zeros(batch, frames, dtype=torch.bool, device="cuda")
        mask[:, frames // 2 :] = True

        def step():
            for p in model.parameters():
                p.grad = None
            with torch.autocast("cuda", torch.bfloat16):
                loss = model.loss(tokens, mask)
            loss.backward()

        t = in_turns({"step": step}, rounds, "cuda")["step"]
        done = sum(count_operations(config, frames, frames // 2, batch, training=True).values())
        v, fast = Vocabulary.official(), model.eval().for_inference("bfloat16")
        prefix = prompt(v)
        g = in_turns(
            {"one": lambda: generate(fast, [prefix], v, min_frames=[100], max_frames=[100], seeds=[0])}, rounds, "cuda"
        )["one"]
        result[name] = {
            "training": {
                "frames_per_second": batch * frames / t,
                "operations_per_second": done / t,
                "share_of_matrix_rate": done / t / limit["matrix_rate"],
            },
            "generation": {"frames_per_second": 100 / g, "times_real_time": 2 / g},
        }
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--only", choices=("equality", "training", "generation", "orders"))
    parser.add_argument("--precisions", nargs="+", default=["float32", "bfloat16", "int8"])
    parser.add_argument("--streams", nargs="+", type=int, default=[1, 8])
    parser.add_argument("--new-frames", type=int, default=30)
    parser.add_argument("--out", type=Path, help="JSON file")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = {
        "device": torch.cuda.get_device_name() if args.device == "cuda" else "cpu",
        "threads": args.threads,
        "torch": torch.__version__,
    }
    if args.device == "cuda":
        result |= on_gpu(args.rounds)
    else:
        wanted = [args.only] if args.only else ["equality", "training", "generation", "orders"]
        result["limits"] = limit = limits()
        if set(wanted) & {"equality", "training", "generation"}:
            reference, ours = pair(MultiScaleConfig.official())
            if "equality" in wanted:
                result["equality"] = equality(reference, ours)
            if "training" in wanted:
                result["training"] = training(reference, ours, args.rounds, limit)
            if "generation" in wanted:
                result["generation"] = generation(
                    reference, ours, args.rounds, limit, args.precisions, args.new_frames, args.streams
                )
        if "orders" in wanted:
            result["multi-scale against flat"] = flat_against_multiscale(args.rounds)
    show(result)
    if args.out:
        args.out.write_text(json.dumps(result, indent=1))


def show(x, depth=0):
    for key, value in x.items():
        if isinstance(value, dict):
            print("  " * depth + str(key))
            show(value, depth + 1)
        else:
            print("  " * depth + f"{key}: " + (f"{value:.4g}" if isinstance(value, float) else str(value)))


if __name__ == "__main__":
    main()
