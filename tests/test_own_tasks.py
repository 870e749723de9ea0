"""A reader's own tasks take the same way as the eleven: declared, simulated, written into shards, trained, asked;
so does a system of one file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from uniaudio_nb.audio import load_audio, track_pitch
from uniaudio_nb.cli import main
from uniaudio_nb.corpora import AudioCache, read_corpora, assign_splits
from uniaudio_nb.engine import LoopConfig
from uniaudio_nb.codec import Codec
from uniaudio_nb.tasks import plain_words, speaker_of, simulates, SIMULATORS, TASKS, RECOGNITION, Tokenizers
from uniaudio_nb.tasks import register_task, task_tokens, untrained_tokenizers
from uniaudio_nb.shards import Shard, prepare_shards
from uniaudio_nb.lm import MultiScaleTransformer, MultiScaleConfig, TrainConfig, example_losses, load_model
from uniaudio_nb.lm import save_model, train
from uniaudio_nb.systems import UniAudio

DATA = Path(__file__).parent.parent / "data_samples"
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
    recordings = assign_splits(read_corpora(DATA))
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


TWELFTH = """
from uniaudio_nb.tasks import Condition, Judged, Pool, Task, register_task, simulates

audio = Condition("audio", "codec", ("audio",), help="what nobody can hear")
row = dict(length="input", judged=(Judged("words", "ratio", 0.9), Judged("si_sdr")), floor="input")
register_task(Task("louder", "<louder_task>", (audio,), "make speech louder", **row))

@simulates("louder", unfit=Pool.unfit)
def _louder(pool, rng):
    said = pool.utterance(rng)
    return {"audio": 0.05 * said.waveform}, said.waveform, said.recordings
"""


def uniaudio(*arguments):
    command = [sys.executable, "-m", "uniaudio_nb", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_twelfth_task_in_ten_lines(tmp_path):
    "One row and one simulator are enough for library, evaluation and command line."
    assert len([line for line in TWELFTH.splitlines() if line]) <= 10
    (tmp_path / "my_tasks.py").write_text(TWELFTH)
    work = f"""
import runpy, torch
runpy.run_path({str(tmp_path / "my_tasks.py")!r})
from uniaudio_nb.codec import Codec
from uniaudio_nb.lm import MultiScaleConfig, MultiScaleTransformer
from uniaudio_nb.systems import UniAudio
from uniaudio_nb.tasks import Tokenizers, task_tokens, untrained_tokenizers
torch.manual_seed(0)
small = untrained_tokenizers()
tokenizers = Tokenizers(Codec.from_pretrained(), small.semantic, small.text, task_tokens=task_tokens())
sizes = dict(n_layers=1, n_local_layers=1, width=32, context=400, continuous_dimension=tokenizers.text.dimension)
config = MultiScaleConfig.tiny(vocabulary_size=len(tokenizers.vocabulary), **sizes)
UniAudio(MultiScaleTransformer(config), tokenizers, ["louder"]).save_pretrained({str(tmp_path / "model")!r})
"""
    subprocess.run([sys.executable, "-c", work], check=True)
    own = ["--tasks-from", tmp_path / "my_tasks.py"]

    said = uniaudio("generate", "louder", "--help", *own).stdout
    assert "what nobody can hear" in said
    assert "make speech louder" in uniaudio("info", *own).stdout
    voice = next(path for path in sorted(DATA.rglob("*.flac")))
    made = uniaudio(
        "generate", "louder", "--audio", voice, "-o", tmp_path / "x.wav", "--model", tmp_path / "model", *own
    )
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "x.wav").is_file()

    asked = ["evaluate", "--model", tmp_path / "model", "--data", DATA, "--out", tmp_path / "report", "--cases", 4]
    judged = uniaudio(*asked, *own)
    assert "| louder | SI-SDR |" in judged.stdout, judged.stderr
    figures = json.loads((tmp_path / "report" / "report.json").read_text())["tasks"]["louder"]["figures"]
    assert [figure["name"] for figure in figures] == ["words heard right", "SI-SDR"]
    assert figures[1]["model"][0] < figures[1]["floor"][0]
    assert figures[1]["floor"][0] > 30  # SI-SDR does not hear the level: what was given is the target


def test_a_file_that_fails_is_one_sentence(tmp_path, capsys):
    assert main(["info", "--tasks-from", str(tmp_path / "none.py")]) == 2
    assert "there is no file" in capsys.readouterr().err
    (tmp_path / "broken.py").write_text("import os\n\n1 / 0\n")
    assert main(["info", "--tasks-from", str(tmp_path / "broken.py")]) == 2
    said = capsys.readouterr().err
    assert "line 3 of" in said
    assert "Traceback" not in said
    assert said.count("\n") == 1


SINES = """
import torch
from uniaudio_nb.conditions import read_notes
from uniaudio_nb.systems import Generation, Generator, Prepared, register_system

class Sines(Generator):
    sample_rate = 16_000
    tasks = ("music",)

    def prepare(self, request, config):
        return Prepared(request, read_notes(request["notes"])[0])

    def draw(self, prepared, seeds, config, progress=None):
        return [torch.rand((), generator=torch.Generator().manual_seed(seed)).item() - 0.5 for seed in seeds]

    def finish(self, prepared, drawn):  # drawn: by how many semitones it is out of tune
        note = prepared.inputs
        time = torch.arange(round(note.duration * self.sample_rate)) / self.sample_rate
        wave = 0.1 * torch.sin(2 * torch.pi * 440 * 2 ** ((note.midi + drawn - 69) / 12) * time)
        return Generation(wave[None], self.sample_rate, None, prepared.request, score=-abs(drawn))

register_system("sines", Sines)
"""


def test_a_system_in_one_file(tmp_path):
    "A generator of sine waves gets ranking, saving, table and command line."
    (tmp_path / "sines.py").write_text(SINES)
    own = ["--system", "sines", "--tasks-from", tmp_path / "sines.py"]
    (tmp_path / "notes.csv").write_text("0.0,0.5,64\n")
    asked = ["generate", "music", "--text", "a sine", "--notes", tmp_path / "notes.csv", *own, "--seed", 0]
    done = uniaudio(*asked, "-o", tmp_path / "tone.wav", "--samples", 4, "--all")
    assert done.returncode == 0, done.stderr
    in_tune = []
    for number in range(1, 5):  # the best first: less and less in tune
        hz, voiced = track_pitch(load_audio(tmp_path / f"tone-{number}.wav")[0], 16_000)
        in_tune.append(abs(hz[voiced].median().item() / 329.63 - 1))
    assert in_tune == sorted(in_tune)
    assert in_tune[0] < 0.5 * in_tune[-1]

    done = uniaudio("evaluate", "--data", DATA, "--out", tmp_path / "report", "--cases", 8, *own)
    assert "| music | median pitch on the asked note | – |" in done.stdout, done.stderr
    instrument, pitch = json.loads((tmp_path / "report" / "report.json").read_text())["tasks"]["music"]["figures"]
    assert pitch["model"][0] == 1 > pitch["floor"][0]
    assert instrument["name"] == "instrument recognised"
    assert (tmp_path / "report" / "report.html").is_file()
