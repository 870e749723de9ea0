"""On a GPU: the same numbers as on the CPU, and one training step in bfloat16. Needs torch, torchaudio, einops,
soundfile, safetensors and pytest, nothing else."""

from dataclasses import replace

import pytest
import torch

from uniaudio_nb.codec import Codec, CodecSteps, CodecTrainConfig, CodecConfig
from uniaudio_nb.tasks import Segment, Vocabulary, collate, pack
from uniaudio_nb.lm import generate, GenerationConfig, MultiScaleTransformer, MultiScaleConfig

pytestmark = pytest.mark.cuda


@pytest.fixture(autouse=True)
def exact():
    "TF32 would round to ten bits of mantissa; equality is asked of float32."
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(3, 64, {"phone": 20})


@pytest.fixture
def model(vocabulary):
    torch.manual_seed(0)
    return MultiScaleTransformer(
        MultiScaleConfig.tiny(vocabulary_size=len(vocabulary), continuous_dimension=16, dropout=0.0)
    ).eval()


@pytest.fixture
def batch(vocabulary):
    g = torch.Generator().manual_seed(0)
    codes = torch.randint(0, 64, (3, 40), generator=g)
    return collate(
        [
            pack([Segment("phone", torch.arange(9))], vocabulary, codes),
            pack([Segment("text", torch.randn(5, 16, generator=g))], vocabulary, codes[:, :25]),
        ]
    )


def test_codec_is_the_same(model):
    torch.manual_seed(0)
    codec = Codec(CodecConfig.tiny()).eval()
    codec.quantizer.codebooks.normal_()
    waveform = torch.randn(2, 1, 16_000) * 0.1
    with torch.no_grad():
        latents = codec.encoder(waveform)
        codes = codec.encode(waveform)
        sound = codec.decode(codes)
        codec.cuda()
        torch.testing.assert_close(codec.encoder(waveform.cuda()).cpu(), latents, rtol=1e-3, atol=1e-4)
        assert (codec.encode(waveform.cuda()).cpu() == codes).float().mean() > 0.99  # two codes may be equally near
        torch.testing.assert_close(codec.decode(codes.cuda()).cpu(), sound, rtol=1e-3, atol=1e-4)


def test_one_codec_step_in_bfloat16():
    torch.manual_seed(0)
    config = replace(CodecTrainConfig.small(1.0), codec=CodecConfig.tiny(), free_steps=0)
    steps = CodecSteps(Codec(config.codec).cuda().train(), config)
    for module in steps.modules.values():
        module.cuda()
    optimizers = {name: torch.optim.AdamW(module.parameters(), 1e-3) for name, module in steps.modules.items()}
    with torch.autocast("cuda", torch.bfloat16):
        for name, loss, _ in steps(torch.randn(4, 1, 16_000, device="cuda") * 0.1, 0):
            optimizers[name].zero_grad()
            loss.backward(inputs=list(steps.modules[name].parameters()))
            optimizers[name].step()
            assert torch.isfinite(loss)
    assert all(torch.isfinite(p).all() for p in steps.codec.parameters())


def test_language_model_is_the_same(model, batch):
    with torch.no_grad():
        expected = model(batch.tokens, continuous=batch.continuous, padding_mask=batch.padding_mask)
        loss = model.loss(batch.tokens, batch.target_mask, continuous=batch.continuous, padding_mask=batch.padding_mask)
        model.cuda()
        there = batch.to("cuda")
        got = model(there.tokens, continuous=there.continuous, padding_mask=there.padding_mask)
        torch.testing.assert_close(got[there.padding_mask].cpu(), expected[batch.padding_mask], rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(
            model.loss(
                there.tokens, there.target_mask, continuous=there.continuous, padding_mask=there.padding_mask
            ).cpu(),
            loss,
            rtol=1e-4,
            atol=1e-4,
        )


def test_generation_is_the_same(model, vocabulary):
    "Greedy and in float64: in float32 one near tie would turn all that follows."
    model.double()
    prefix = pack([Segment("phone", torch.arange(7))], vocabulary, task="<tts_task>")
    settings = dict(min_frames=[20], max_frames=[20])
    (here,) = generate(model, [prefix], vocabulary, GenerationConfig(temperature=0), **settings)
    (there,) = generate(model.cuda(), [prefix], vocabulary, GenerationConfig(temperature=0), **settings)
    assert (here == there).float().mean() > 0.9


def test_one_training_step_in_bfloat16(model, batch):
    model.train().cuda()
    there = batch.to("cuda")
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)

    def step():
        with torch.autocast("cuda", torch.bfloat16):
            loss = model.loss(
                there.tokens, there.target_mask, continuous=there.continuous, padding_mask=there.padding_mask
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = [step() for _ in range(20)]
    assert all(torch.isfinite(p).all() for p in model.parameters()) and losses[-1] < losses[0] - 0.1
