"""A thousand random requests of a random model lose no frame, and the model equals a plain one written from the
released code's description."""

import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from uniaudio_nb.tasks import Continuous, Segment, Vocabulary, ids_to_codes, pack
from uniaudio_nb.lm import generate, generate_steps, GenerationConfig, MultiScaleTransformer, MultiScaleConfig

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from reference_multiscale import reference_of  # noqa: E402


@pytest.mark.parametrize(
    "sizes",
    [dict(n_layers=3, width=48, n_heads=4, context=64, vocabulary_size=300), dict(context=128)],
    ids=["tiny", "released"],
)
@torch.no_grad()
def test_official_variant_equals_the_reference(sizes):
    config = MultiScaleConfig.official(**sizes)
    torch.manual_seed(0)
    reference = reference_of(config)
    assert sizes.keys() != {"context"} or sum(p.numel() for p in reference.parameters()) == 184_575_744 - 768 * (
        8000 - 128
    )
    model = MultiScaleTransformer(config).eval().load_official_state_dict(reference.state_dict())
    tokens = torch.randint(0, config.vocabulary_size, (2, 60, 3))
    mask = torch.zeros(2, 60, dtype=torch.bool)
    mask[0, 2:20] = mask[1, 7:11] = True
    for continuous in (None, Continuous(mask, torch.randn(22, 768))):
        expected = reference(tokens, continuous)
        assert (model(tokens, continuous=continuous) - expected).abs().max() < 1e-4 * expected.abs().max()
    back = model.to_official_state_dict()
    assert back.keys() == reference.state_dict().keys()
    assert all(torch.equal(back[name], x) for name, x in reference.state_dict().items())


def request(v, chance):
    "A random task with random conditions: (prefix, prefix without conditions)."

    def codes(n):
        return torch.randint(-1, v.codebook_size, (v.n_codebooks, n))

    kinds = [
        lambda n: Segment("phone", torch.randint(0, 10, (n,))),
        lambda n: Segment("audio", codes(n)),
        lambda n: Segment("audio_prompt", codes(n)),
        lambda n: Segment("text", torch.randn(n, 8)),
    ]
    segments = [chance.choice(kinds)(chance.randint(1, 12)) for _ in range(chance.randint(0, 3))]
    task = chance.choice(["<tts_task>", "<SE_task>", "<TSS_task>", "<VC_task>", None])
    return pack(segments, v, task=task), pack([], v, task=task)


def test_a_thousand_random_requests_lose_no_frame():
    chance = random.Random(0)
    done = 0
    ended = 0
    while done < 1000:
        torch.manual_seed(done)
        v = Vocabulary(chance.choice([1, 2, 3, 4]), chance.choice([4, 16]), {"phone": 10})
        model = MultiScaleTransformer(
            MultiScaleConfig.tiny(
                n_layers=1,
                n_local_layers=1,
                width=24,
                n_heads=2,
                context=96,
                vocabulary_size=len(v),
                n_codebooks=v.n_codebooks,
                continuous_dimension=8,
                variant=chance.choice(["paper", "official"]),
                prefix_attention=chance.random() < 0.3,
            )
        ).eval()
        for parameter in model.parameters():
            parameter.data.mul_(6)
        end = v.id("<audio_end>")
        for _ in range(3):
            requests = [request(v, chance) for _ in range(chance.randint(1, 40))]
            high = [chance.randint(0, 20) for _ in requests]
            low = [h if chance.random() < 0.3 else chance.randint(0, h) for h in high]
            config = GenerationConfig(
                temperature=chance.choice([0, 0.5, 1, 1.5]),
                top_k=chance.choice([None, 1, 3, 30]),
                top_p=chance.choice([None, 0.3, 0.9]),
                guidance_scale=chance.choice([1.0, 1.0, 2.5]),
                repetition_window=chance.choice([None, 4]),
            )
            settings = dict(
                min_frames=low,
                max_frames=high,
                unconditional=[r[1] for r in requests],
                seeds=[chance.randrange(2**40) for _ in requests],
            )
            prefixes = [r[0] for r in requests]
            frames, active = [], torch.zeros(len(requests), dtype=torch.long)
            for step in generate_steps(model, prefixes, v, config, **settings):
                # the end fills a frame or is not in it
                assert ((step.ids == end).all(1) == ~step.active).all() and not (step.ids[step.active] == end).any()
                frames.append(step.ids)
                active += step.active
            results = [
                torch.stack(frames)[:n, row] if n else torch.zeros(0, v.n_codebooks)
                for row, n in enumerate(active.tolist())
            ]
            if chance.random() < 0.3:
                assert all(
                    a.tolist() == b.tolist()
                    for a, b in zip(generate(model, prefixes, v, config, **settings), results, strict=True)
                ), "every frame that was drawn is returned"
            for ids, least, most in zip(results, low, high, strict=True):
                assert least <= len(ids) <= most and ids.shape[1] == v.n_codebooks
                decoded = ids_to_codes(ids.long(), v)  # refuses an id outside its own codebook
                assert len(ids) == 0 or 0 <= decoded.min() and decoded.max() < v.codebook_size
                ended += len(ids) < most
            done += len(requests)
    assert ended > 100, "the end token was hardly ever drawn"


ONE_OF_TWO = """
import torch, torch.distributed as dist
from uniaudio_nb.lm import tokens_per_process
dist.init_process_group("gloo")
n = (10, 30)[dist.get_rank()]
weight = torch.tensor(1., requires_grad=True)
(weight * n / tokens_per_process(n)).backward()                                  # a sum of n losses of 1
dist.all_reduce(weight.grad)
assert tokens_per_process(n) == 20
assert weight.grad / dist.get_world_size() == 1, weight.grad  # the mean over all 40 tokens
dist.destroy_process_group()
"""


def test_loss_is_divided_by_the_tokens_of_all_processes():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    environment = {
        **os.environ,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": "2",
        "OMP_NUM_THREADS": "1",
    }
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_OF_TWO],
            env={**environment, "RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for run in runs:
        assert run.wait(timeout=300) == 0, run.stderr.read()


@pytest.mark.cuda
@torch.no_grad()
def test_bfloat16_copy_on_a_gpu():
    torch.manual_seed(0)
    v = Vocabulary(3, 64, {"phone": 20})
    model = (
        MultiScaleTransformer(MultiScaleConfig.tiny(vocabulary_size=len(v), continuous_dimension=16, dropout=0.0))
        .eval()
        .cuda()
    )
    tokens = torch.randint(0, len(v), (2, 30, 3), device="cuda")
    expected, fast = model(tokens), model.for_inference("bfloat16")
    assert ((fast(tokens).float() - expected).norm() / expected.norm()).item() < 0.05
    with pytest.raises(ValueError, match="use bfloat16"):
        model.for_inference("int8")
    prefixes = [
        pack([Segment("phone", torch.arange(7))], v, task="<tts_task>"),
        pack([Segment("text", torch.randn(4, 16))], v, task="<TSS_task>"),
    ]
    for m in (model, fast):
        together = generate(m, prefixes, v, min_frames=[0, 9], max_frames=[20, 9], seeds=[1, 2])
        assert len(together[1]) == 9 and all(len(ids_to_codes(ids, v)) == 3 for ids in together)
