"""Properties of simulated examples, on random sounds: ratios as drawn, lengths kept, prompts apart from targets,
nothing left out in silence, no state."""

import os
import random
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
import torch

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings, strategies as st  # noqa: E402

from uniaudio_nb.audio import level_dbfs, save_audio  # noqa: E402
from uniaudio_nb.tasks import EDITS, edit_sound, mix_sounds  # noqa: E402
from uniaudio_nb.corpora import AudioCache  # noqa: E402
from uniaudio_nb.corpora import name_of, read_corpora, Recording, assign_splits
from uniaudio_nb.audio import decay_curve, reverberate, t60  # noqa: E402
from uniaudio_nb.audio import degrade, fade_edges, guard_peak, mix_at_snr  # noqa: E402
from uniaudio_nb.tasks import NEEDS, SIMULATORS, examples_for  # noqa: E402
from uniaudio_nb.tasks import Pool, Variety, crop_prompt, speaker_of  # noqa: E402

ROOT = Path(__file__).parents[1]
RATE = 16_000
settings.register_profile("simulate", deadline=None, derandomize=True, max_examples=60, database=None)
settings.load_profile("simulate")
seeds, decibels = st.integers(0, 2**32 - 1), st.floats(-20, 40)
tasks, splits = st.sampled_from(sorted(SIMULATORS)), st.sampled_from(["train", "valid"])


def sound(seed, length, level=-25.0, pauses=True):
    "Noise with pauses, as speech has them."
    g = torch.Generator().manual_seed(seed % 2**31)
    waveform = torch.randn(1, length, generator=g)
    if pauses:
        waveform *= (torch.rand(1, length // 400 + 1, generator=g) < 0.6).float().repeat_interleave(400, 1)[:, :length]
    waveform[:, 0] = 1.0  # never silent
    return waveform * 10 ** ((level - level_dbfs(waveform)) / 20)


def ratio(mixture, part):
    return level_dbfs(part) - level_dbfs(mixture - part)


@lru_cache
def samples():
    return assign_splits(read_corpora(ROOT / "data_samples"))


@lru_cache
def pool(split, variety=Variety()):
    return Pool(samples(), split, cache=AudioCache(RATE), variety=variety)


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and torch.equal(a, b)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return a == b


def same(a, b):
    return all(
        equal(getattr(a, name), getattr(b, name)) for name in ("task", "conditions", "target", "source", "drawn")
    )


# scenes


@given(seeds, st.integers(400, 20_000), st.integers(400, 20_000), decibels, st.floats(-50, -6), st.floats(-50, -6))
def test_snr_is_what_was_asked(seed, length, noise_length, snr_db, level, noise_level):
    signal, noise = sound(seed, length, level), sound(seed + 1, noise_length, noise_level)
    mixture = mix_at_snr(signal, noise, snr_db)
    assert mixture.shape == signal.shape and abs(ratio(mixture.double(), signal.double()) - snr_db) < 0.1
    guarded, target = guard_peak(mixture, signal)
    assert guarded.abs().max() <= 0.9901 and abs(ratio(guarded.double(), target.double()) - snr_db) < 0.1


@given(seeds, st.integers(2, 20_000), st.integers(2, 30_000), st.floats(0.05, 1.5))
def test_a_room_keeps_length_level_and_time(seed, length, ir_length, seconds):
    signal, delay = sound(seed, length), seed % 50
    dying = torch.cat(
        [
            torch.zeros(1, delay),
            sound(seed + 1, ir_length, pauses=False) * 10 ** (-3 * torch.arange(ir_length) / RATE / seconds),
        ],
        1,
    )
    dying[0, delay] = dying.abs().max() * 2  # the direct sound
    wet = reverberate(signal, dying)
    assert wet.shape == signal.shape and wet.isfinite().all() and abs(level_dbfs(wet) - level_dbfs(signal)) < 0.01
    # nothing before its time
    assert torch.allclose(
        reverberate(torch.nn.functional.pad(signal, (100, 0)), dying)[:, :100], torch.zeros(1, 100), atol=1e-4
    )


@given(seeds, st.floats(0.15, 1.2))
def test_t60_of_noise_that_dies_at_a_known_rate(seed, seconds):
    dying = sound(seed, round(2 * RATE * seconds), pauses=False) * 10 ** (
        -3 * torch.arange(round(2 * RATE * seconds)) / RATE / seconds
    )
    dying[0, 0] = dying[0, 1]
    assert abs(t60(dying) / seconds - 1) < 0.12
    assert (decay_curve(dying).diff() <= 1e-9).all()
    assert abs(t60(dying * 0.01) / t60(dying) - 1) < 1e-3


@given(seeds, st.integers(1, 20_000), st.booleans(), st.booleans())
def test_degrading_keeps_the_length_and_says_what_it_did(seed, length, with_noise, with_room):
    clean = sound(seed, length)
    worse, done = degrade(
        random.Random(seed),
        clean,
        RATE,
        sound(seed + 1, 3000) if with_noise else None,
        sound(seed + 2, 800, pauses=False) if with_room else None,
    )
    assert worse.shape == clean.shape and worse.isfinite().all() and worse.abs().max() <= 0.9901
    assert ("snr_db" in done) <= with_noise and ("room" in done) <= with_room
    if not done:
        assert equal(worse, guard_peak(clean)[0])
    if set(done) == {"snr_db"} and clean.abs().max() < 0.3 and worse.abs().max() < 0.98:
        assert abs(ratio(worse, clean) - done["snr_db"]) < 0.1
    if "level_db" in done:
        assert level_dbfs(worse) < done["level_db"] + 0.01


@given(seeds, st.integers(1, 3000), st.integers(1, 200))
def test_fades_change_only_the_edges(seed, length, samples):
    waveform = sound(seed, length)
    faded, inner = fade_edges(waveform, samples), slice(samples, max(samples, length - samples))
    assert faded.shape == waveform.shape
    assert (faded.abs() <= waveform.abs() + 1e-9).all()
    assert equal(faded[:, inner], waveform[:, inner])


# edits and mixtures


@given(seeds, st.sampled_from(EDITS), st.integers(3200, 30_000), st.integers(400, 40_000))
def test_edits(seed, edit, length, other_length):
    kept = sound(seed, length, -12)
    second = ("a dog", sound(seed + 1, other_length))
    third = ("rain", sound(seed + 2, other_length, pauses=False))
    made = edit_sound(random.Random(seed), edit, kept, RATE, second, third)
    assert made.audio.shape == made.target.shape == kept.shape
    assert max(made.audio.abs().max(), made.target.abs().max()) <= 0.9901
    assert not equal(made.audio, made.target)
    if edit in ("add", "remove"):
        alone, both = (made.audio, made.target) if edit == "add" else (made.target, made.audio)
        assert abs(ratio(both.double(), alone.double()) - made.drawn["snr_db"]) < 0.1 and "a dog" in made.text
    if edit == "fill":
        changed = (made.audio != made.target)[0].nonzero()
        assert made.drawn["start_s"] * RATE - 1 <= changed.min() and changed.max() <= made.drawn["end_s"] * RATE


@given(seeds, st.integers(3200, 30_000), st.integers(400, 40_000))
def test_mixtures_of_two_sounds(seed, length, other_length):
    first, second = sound(seed, length, pauses=False), sound(seed + 1, other_length)
    caption, mixture, drawn = mix_sounds(random.Random(seed), ("a dog", first), ("rain", second), RATE)
    start = round(drawn["start_s"] * RATE)
    assert caption == "a dog rain"
    assert mixture.shape == first.shape
    assert 0 <= start <= length / 2
    assert -5 <= drawn["snr_db"] <= 5
    if start > 200:
        # the first sound is alone there
        gain = (mixture[:, :start] * first[:, :start]).sum() / first[:, :start].square().sum()
        assert abs(ratio(mixture.double(), gain.double() * first.double()) - drawn["snr_db"]) < 0.1


# prompts


@st.composite
def voices(draw):
    """Speakers with one or several recordings; in each recording every sample has a value of its own, in each speaker
    every recording has a constant of its own."""
    return (
        draw(st.lists(st.lists(st.floats(0.4, 7.0), min_size=1, max_size=4), min_size=1, max_size=3)),
        draw(st.booleans()),
        draw(seeds),
    )


@given(voices())
@settings(max_examples=40)
def test_the_prompt_never_overlaps_the_target(tmp_path_factory, drawn):
    people, words, seed = drawn
    folder, recordings = tmp_path_factory.mktemp("voices"), []
    for i, lengths in enumerate(people):
        for j, seconds in enumerate(lengths):
            n = round(seconds * 8000)  # 8 kHz: up to 56,000 samples, fewer than 16 bits have values
            ramp = torch.linspace(-n / 65_000, n / 65_000, n)[None]
            recordings.append(
                Recording(
                    save_audio(folder / f"{i}_{j}.wav", ramp, 8000),
                    "speech",
                    text="two" if words and seconds < 1.2 else "",
                    speaker=f"s{i}",
                    split="train",
                )
            )
    pool = Pool(recordings, "train", cache=AudioCache(8000))
    if not pool.usable("vc"):
        return
    rng = random.Random(seed)
    for _ in range(8):
        said = pool.utterance(rng, prompted=True)
        prompts, used = pool.prompt(rng, said), {r.path for r in said.recordings}
        assert prompts and used <= {r.path for r in pool.usable("vc")}
        for prompt in prompts:
            if isinstance(prompt, Recording):
                assert prompt.path not in used and speaker_of(prompt) == speaker_of(said.recordings[0])
            else:  # a part of the only recording
                assert len(people[int(said.recordings[0].speaker[1:])]) == 1 and prompt.shape[-1] <= 3 * 8000 + 1
                assert prompt.max() < said.waveform.min() or prompt.min() > said.waveform.max()


@given(st.integers(1, 200_000), seeds)
def test_prompts_are_three_seconds_at_a_random_place(length, seed):
    waveform = torch.arange(length, dtype=torch.float32)[None]
    piece = crop_prompt(waveform, RATE, random.Random(seed))
    assert piece.shape[-1] == min(length, 3 * RATE) and piece[0, -1] - piece[0, 0] == piece.shape[-1] - 1
    assert equal(piece, crop_prompt(waveform, RATE, random.Random(seed)))
    assert equal(crop_prompt(waveform, RATE), waveform[:, : 3 * RATE])


# examples


@given(
    tasks, splits, st.integers(0, 10**9), st.integers(0, 3), st.lists(st.tuples(tasks, st.integers(0, 50)), max_size=3)
)
@settings(max_examples=120)
def test_an_example_is_a_function_of_its_number(task, split, index, seed, before):
    warm = pool(split)
    for other, i in before:
        warm.example(other, i)
    made = warm.example(task, index, seed)
    assert same(made, warm.example(task, index, seed))
    cold = Pool(samples(), split, cache=AudioCache(RATE, max_bytes=0))  # nothing drawn before, nothing kept
    assert same(made, cold.example(task, index, seed))


@given(tasks, splits, st.integers(0, 10**6))
@settings(max_examples=150)
def test_examples_keep_their_promises(task, split, index):
    made = pool(split).example(task, index)
    audio = made.conditions.get("audio")
    target = made.target
    drawn = made.drawn
    assert target.ndim == 2
    assert target.shape[0] == 1
    assert 0.3 * RATE <= target.shape[-1] <= 4 * RATE + 1
    assert target.isfinite().all()
    names = {name_of(r) for r in samples() if r.split == split}
    assert set(made.source.split(" + ")) <= names  # nothing of the other split
    for prompt in made.conditions.get("prompt", ()):
        assert isinstance(prompt, Recording) and prompt.split == split and prompt.path.name not in made.source
    if task in ("se", "tse"):
        assert abs(ratio(audio.double(), target.double()) - drawn["snr_db"]) < 0.1
    if task in ("se", "tse", "dereverb", "sedit", "aedit"):
        assert audio.shape == target.shape
    if task == "dereverb":
        assert 0.05 < drawn["t60_s"] < 2
    for clock in ("durations", "notes"):
        if clock in made.conditions:
            assert made.conditions[clock].shape == (-(-target.shape[-1] // 320),)


@given(tasks, splits, st.integers(0, 10**6))
@settings(max_examples=40)
def test_variety_keeps_the_promises_too(task, split, index):
    made = pool(split, Variety(degraded=0.5, mixed_sounds=0.5)).example(task, index)
    assert made.target.isfinite().all() and 0.3 * RATE <= made.target.shape[-1] <= 4 * RATE + 1
    if task in ("se", "tse"):
        assert abs(ratio(made.conditions["audio"].double(), made.target.double()) - made.drawn["snr_db"]) < 0.1


@given(tasks, splits, st.integers(1, 40), st.integers(1, 7))
@settings(max_examples=20)
def test_pieces_of_many_machines_are_the_whole(task, split, count, n):
    whole = examples_for(task, samples(), split, count=count, cache=pool(split).cache)
    pieces = [whole[i::n] for i in range(n)]
    assert sum(map(len, pieces)) == len(whole) == count
    assert sorted(i for piece in pieces for i in piece.indices) == list(range(count))
    if len(pieces[-1]):
        assert same(pieces[-1][-1], whole[len(pieces[-1]) * n - 1])


def test_another_process_makes_the_same():
    code = (
        "import hashlib, torch; torch.set_num_threads(1)\nfrom uniaudio_nb.corpora import assign_splits, "
        "read_corpora\nfrom uniaudio_nb.tasks import SIMULATORS, examples_for\n"
        "r = assign_splits(read_corpora('data_samples'))\n"
        "for task in SIMULATORS:\n    e = examples_for(task, r, 'valid', count=8)[5]\n    print(task, e.source, "
        "hashlib.sha256(e.target.numpy().tobytes()).hexdigest(), sorted(e.drawn.items()))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] and len(said[0].splitlines()) == 11


# accounts


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["speech", "singing", "sound", "music", "noise", "room"]),
            st.sampled_from(["", "one two"]),
            st.sampled_from(["", "anna", "ben"]),
            st.sampled_from(["", "noisy cafe", "flute;A5;midi=81"]),
            st.floats(0.1, 9),
            st.sampled_from(["train", "valid"]),
        ),
        max_size=12,
    )
)
def test_every_recording_is_usable_or_on_the_list_with_a_reason(rows):
    recordings = [
        Recording(Path(f"/c/{i}.wav"), kind, text, speaker, label, split=split, duration=seconds)
        for i, (kind, text, speaker, label, seconds, split) in enumerate(rows)
    ]
    for split in ("train", "valid"):
        pool = Pool(recordings, split)
        for task, (kinds, _) in NEEDS.items():
            fit, unfit = [str(r.path) for r in pool.usable(task)], pool.left_out(task)
            assert sorted(fit + [entry["path"] for entry in unfit]) == sorted(
                str(r.path) for r in recordings if r.split == split and r.kind in kinds
            )
            assert all(entry["reason"] for entry in unfit)
        clean = [r for r in pool.all if r.kind == "speech" and not r.label.startswith("noisy")]
        spoken = {
            r
            for r in clean
            if r.text and r.duration <= 4 and any(o is not r and r.speaker and o.speaker == r.speaker for o in clean)
        }
        # said again in other words: a text, short enough, and something else by the same speaker
        assert set(pool.usable("tts")) == spoken
        assert set(pool.usable("sound")) == {r for r in pool.all if r.kind == "sound" and r.text}
        idle = {entry["path"] for entry in pool.left_out()}
        assert idle == {
            str(r.path)
            for r in pool.all
            if r.kind not in ("noise", "room") and not any(r in pool.usable(task) for task in NEEDS)
        }
