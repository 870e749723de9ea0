"""A reader's own tasks take the same way as the eleven: declared, simulated, written into shards, trained, asked."""

import pytest
import torch

from uniaudio_nb.corpora import AudioCache, read_corpora, assign_splits
from uniaudio_nb.engine import LoopConfig
from uniaudio_nb.codec import Codec
from uniaudio_nb.tasks import plain_words, speaker_of, simulates, SIMULATORS, TASKS, RECOGNITION, Tokenizers
from uniaudio_nb.tasks import register_task, task_tokens, untrained_tokenizers
from uniaudio_nb.shards import Shard, prepare_shards
from uniaudio_nb.lm import MultiScaleTransformer, MultiScaleConfig, TrainConfig, example_losses, load_model
from uniaudio_nb.lm import save_model, train
from uniaudio_nb.systems import UniAudio

DIGITS = "zero one two three four five six seven eight nine".split()


@pytest.fixture(scope="module")
def own():
    "The three listening tasks with their simulations, on single spoken digits."

    def word(pool, rng):
        return pool.pick(rng, "speech", lambda r: plain_words(r.text) in DIGITS, "spoken digits")

    @simulates("asr")
    def _asr(pool, rng):
        r = word(pool, rng)
        return {"audio": pool.cache.get(r)}, r.text, (r,)

    @simulates("classify")
    def _classify(pool, rng):
        r = word(pool, rng)
        return {"audio": pool.cache.get(r)}, DIGITS.index(plain_words(r.text)), (r,)

    @simulates("sv")
    def _sv(pool, rng):
        r, same = word(pool, rng), rng.random() < 0.5
        while True:
            other = word(pool, rng)
            if (speaker_of(other) == speaker_of(r)) == same and other != r:
                return {"prompt": (other,), "audio": pool.cache.get(r)}, same, (r, other)

    for task in RECOGNITION.values():
        register_task(task)
    yield
    for name in RECOGNITION:
        del TASKS[name], SIMULATORS[name]


def test_declared_trained_and_asked(own, tmp_path):
    torch.manual_seed(0)
    small = untrained_tokenizers()
    tokenizers = Tokenizers(
        Codec.from_pretrained(),
        small.semantic,
        small.text,
        task_tokens=task_tokens(),
        blocks={"sv_bool": 2, "class_event": 10},
    )
    recordings = assign_splits(read_corpora("data_samples"))
    cache = AudioCache(16_000)
    names = list(RECOGNITION)
    prepare_shards(recordings, tokenizers, tmp_path / "shards", names, counts={"train": 48, "valid": 4}, cache=cache)
    v = tokenizers.vocabulary
    config = MultiScaleConfig.tiny(
        n_layers=2,
        n_local_layers=1,
        width=64,
        context=400,
        vocabulary_size=len(v),
        continuous_dimension=tokenizers.text.dimension,
        dropout=0.0,
    )
    save_model(
        MultiScaleTransformer(config),
        tmp_path / "start",
        vocabulary=v.to_dict(),
        fingerprint=tokenizers.fingerprint(),
        tasks=names,
    )
    train(
        TrainConfig(
            str(tmp_path / "shards"),
            str(tmp_path / "run"),
            v.to_dict(),
            tasks=names,
            init_from=str(tmp_path / "start"),
            frames_per_batch=1000,
            drop_conditions=0.0,
            loop=LoopConfig(steps=120, learning_rate=3e-3),
        )
    )
    model, start = (load_model(tmp_path / place)[0] for place in ("run/model", "start"))
    for name in names:  # it has learnt each of the three answers: chance is ln 2 for `sv`, ln 10 for `classify`
        # five seeds: asr 0.99 ± 0.10, sv 0.13 ± 0.10, classify 1.22 ± 0.05, each from 8.2
        shard = Shard(tmp_path / "shards" / f"{name}-train", tokenizers.fingerprint())
        after, before = (example_losses(m, shard, v).mean().item() for m in (model, start))
        assert after < {"sv": 0.75, "classify": 2.4, "asr": 4.0}[name] / 2 + 0.2 < 0.7 * before, (name, before, after)
    system = UniAudio(model, tokenizers, names)
    digit = next(r for r in recordings if plain_words(r.text) == "three" and r.kind == "speech")
    heard = {"audio": (cache.get(digit), 16_000), "prompt": (cache.get(digit), 16_000)}
    for name, high in (("asr", len(v.blocks["phone"])), ("sv", 2), ("classify", 10)):
        answer = system.generate(name, seed=0, **{n: heard[n] for n in TASKS[name].inputs})
        assert answer.waveform.shape == (1, 0)
        assert answer.codes.ndim == 1
        assert 0 <= answer.codes.min()
        assert answer.codes.max() < high
        assert len(answer.codes) == 1 or name == "asr"
