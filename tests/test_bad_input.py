"""Whatever a user can get wrong has one clear sentence and exit code 2; whatever can be used is used."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import torch

from uniaudio_nb.audio import load_audio
from uniaudio_nb.tasks import TASKS, untrained_tokenizers
from uniaudio_nb.lm import MultiScaleTransformer, MultiScaleConfig
from uniaudio_nb.systems import UniAudio
from uniaudio_nb.cli import main

RATE = 16_000


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    "A model folder with small untrained parts."
    torch.manual_seed(0)
    bundle = untrained_tokenizers()
    config = MultiScaleConfig.tiny(
        n_layers=2,
        n_local_layers=1,
        width=48,
        context=700,
        vocabulary_size=len(bundle.vocabulary),
        continuous_dimension=bundle.text.dimension,
    )
    return UniAudio(MultiScaleTransformer(config), bundle).save_pretrained(tmp_path_factory.mktemp("model") / "model")


def tone(seconds, rate=RATE, channels=1):
    t = np.arange(round(seconds * rate)) / rate
    return np.stack([0.2 * np.sin(2 * np.pi * 220 * (c + 1) * t) for c in range(channels)], 1).astype(np.float32)


@pytest.fixture
def voice(tmp_path):
    soundfile.write(tmp_path / "voice.wav", tone(1.0), RATE)
    return tmp_path / "voice.wav"


@pytest.fixture
def run(capsys):
    def call(*arguments):
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as e:
            code = e.code
        return code, capsys.readouterr()

    return call


@pytest.fixture
def refused(run, tmp_path):
    "Run a command that has to fail: exit code 2, one sentence with these words, no output file."

    def call(*arguments, words):
        out = tmp_path / "out.wav"
        code, said = run(*arguments)
        lines = said.err.replace("\r", "\n").strip().splitlines()
        assert code == 2 and len(lines) == 1 and "Traceback" not in said.err, (code, said.err)
        for word in [words] if isinstance(words, str) else words:
            assert word in lines[0], lines[0]
        assert not out.exists()

    return call


def broken(kind, path):
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("this is a text, not a sound\n" * 40)
    elif kind == "no samples":
        soundfile.write(path, np.zeros((0, 1), np.float32), RATE)
    elif kind == "nan":
        x = tone(1.0)
        x[100] = np.nan
        soundfile.write(path, x, RATE, subtype="FLOAT")
    elif kind == "truncated":
        soundfile.write(path, tone(1.0), RATE)
        path.write_bytes(path.read_bytes()[:9000])
    elif kind == "folder":
        path.mkdir()


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "no samples", "nan", "truncated", "folder"])
def test_broken_recordings_are_refused(kind, model, refused, tmp_path):
    path, out = tmp_path / "in.wav", tmp_path / "out.wav"
    broken(kind, path)
    before = path.read_bytes() if path.is_file() else None
    refused("generate", "se", "--audio", path, "-o", out, "--model", model, words="in.wav")
    refused("codec", path, "-o", out, "--codec", model, words="in.wav")
    assert (path.read_bytes() if path.is_file() else None) == before


def test_broken_prompt_names_the_prompt(model, refused, tmp_path):
    refused(
        "generate",
        "tts",
        "--text",
        "three",
        "--prompt",
        tmp_path / "no.wav",
        "-o",
        tmp_path / "out.wav",
        "--model",
        model,
        words=["prompt", "no.wav"],
    )


@pytest.mark.parametrize("rate,channels", [(8_000, 1), (16_000, 2), (44_100, 1), (48_000, 2), (22_050, 6)])
def test_any_rate_and_channel_count_is_used(rate, channels, model, run, tmp_path):
    soundfile.write(tmp_path / "in.wav", tone(1.0, rate, channels), rate)
    code, said = run(
        "generate", "se", "--audio", tmp_path / "in.wav", "-o", tmp_path / "out.wav", "--model", model, "--seed", 0
    )
    assert code == 0, said.err
    waveform, out_rate = load_audio(tmp_path / "out.wav")
    assert out_rate == RATE and waveform.shape == (1, RATE) and waveform.isfinite().all()


def test_silence_is_used(model, run, tmp_path):
    soundfile.write(tmp_path / "in.wav", np.zeros((RATE, 1), np.float32), RATE)
    for task in ("se", "vc"):
        extra = ["--prompt", tmp_path / "in.wav"] if task == "vc" else []
        code, said = run(
            "generate",
            task,
            "--audio",
            tmp_path / "in.wav",
            *extra,
            "-o",
            tmp_path / "out.wav",
            "--model",
            model,
            "--seed",
            0,
        )
        assert code == 0, said.err
        assert load_audio(tmp_path / "out.wav")[0].isfinite().all()


def test_an_hour_is_refused_before_it_is_encoded(model, refused, run, tmp_path):
    path = tmp_path / "hour.flac"
    with soundfile.SoundFile(path, "w", 8_000, 1) as file:
        for _ in range(60):
            file.write(np.zeros(60 * 8_000, np.float32))
    refused(
        "generate", "se", "--audio", path, "-o", tmp_path / "out.wav", "--model", model, words=["3600.0 s", "context"]
    )
    # a prompt counts with its first 3 s
    code, said = run(
        "generate",
        "tts",
        "--text",
        "three",
        "--prompt",
        path,
        "-o",
        tmp_path / "out.wav",
        "--model",
        model,
        "--max-seconds",
        0.5,
    )
    assert code == 0, said.err


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["sing", "--text", "la"], "invalid choice: 'sing'"),
        (["tts", "--text", "three"], "--prompt"),
        (["sound", "--text", ""], "text"),
        (["sound", "--text", "rain", "--temperature", "-1"], "temperature"),
        (["sound", "--text", "rain", "--top-p", "2"], "top_p"),
        (["sound", "--text", "rain", "--max-seconds", "1000"], "context"),
        (["sound", "--text", "rain", "--min-seconds", "3", "--max-seconds", "1"], "min_seconds"),
        (["sound", "--text", "rain", "--device", "tpu"], "tpu"),
        (["sound", "--text", "rain", "--speaker", "x"], "--speaker"),
        (["sound", "--text", "rain", "--samples", "0"], "n_samples"),
        (["sound", "--text", "rain", "--samples", "many"], "--samples"),
        (["sound", "--text", "rain", "--all"], "--samples 2"),
        (["sound", "--text", "rain", "--precision", "fp8"], "fp8"),
        (["sound", "--text", "rain", "--repetition-window", "0"], "repetition_window"),
        (["sound", "--text", "rain", "--repetition-window", "9", "--repetition-share", "2"], "repetition_share"),
        (["sound", "--text", "rain", "--repetition-share", ".5"], "--repetition-window"),
        (["sound", "--text", "rain", "--seed", "-1"], "seed"),
        (["sound", "--text", "rain", "--seed", "99999999999999999999"], "seed"),
        (["sedit", "--text", "three", "--audio", "VOICE", "--start", ".5", "--end", "9"], "region"),
        (["sedit", "--text", "three", "--audio", "VOICE", "--start", "soon", "--end", "1"], "soon"),
        (["svs", "--text", "la", "--notes", "no.mid", "--prompt", "VOICE"], "no.mid"),
        (["tts", "--text", "…", "--prompt", "VOICE"], "…"),
    ],
)
def test_wrong_requests(arguments, words, model, voice, refused, tmp_path):
    refused(
        "generate",
        *[voice if a == "VOICE" else a for a in arguments],
        "-o",
        tmp_path / "out.wav",
        "--model",
        model,
        words=words,
    )


def test_output_that_can_not_be_written(model, voice, refused, tmp_path):
    refused("generate", "se", "--audio", voice, "-o", tmp_path / "out.mp4", "--model", model, words="out.mp4")
    (tmp_path / "file").write_text("x")
    refused("generate", "se", "--audio", voice, "-o", tmp_path / "file" / "out.wav", "--model", model, words="file")


def test_several_results_of_one_request(model, voice, run, tmp_path):
    request = [
        "generate",
        "tts",
        "--text",
        "three",
        "--prompt",
        voice,
        "--model",
        model,
        "--seed",
        3,
        "--max-seconds",
        0.5,
        "--samples",
        10,
    ]
    code, said = run(*request, "--all", "-o", tmp_path / "take.flac")
    assert code == 0, said.err
    names = [f"take-{i:02d}.flac" for i in range(1, 11)]
    assert sorted(p.name for p in tmp_path.glob("take*")) == names
    assert [line.split(":")[0].split("/")[-1] for line in said.out.splitlines()] == names
    for precision in ("float32", "bfloat16"):  # the best alone, in either precision
        code, said = run(*request, "--precision", precision, "-o", tmp_path / f"{precision}.flac")
        assert code == 0 and said.out.count("\n") == 1, said.err
    assert (tmp_path / "float32.flac").read_bytes() == (tmp_path / names[0]).read_bytes()
    one, _ = load_audio(tmp_path / "float32.flac")
    run(*[a if a != 10 else 1 for a in request], "-o", tmp_path / "one.flac")  # the seed's own draw is among the ten
    assert any(p.read_bytes() == (tmp_path / "one.flac").read_bytes() for p in tmp_path.glob("take*"))
    assert one.shape[1] > 0


def test_full_disk(model, voice, tmp_path):
    "No file may grow over 4 kB here, as on a full disk: one sentence, exit code 2, and the old file stays."
    out = tmp_path / "out.wav"
    out.write_bytes(b"precious")

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-m", "uniaudio_nb", "generate", "se", "--audio", voice, "-o", out, "--model", model],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr and "out.wav" in done.stderr, done.stderr
    assert out.read_bytes() == b"precious" and sorted(p.name for p in tmp_path.iterdir()) == ["out.wav", "voice.wav"]


@pytest.mark.parametrize("part", ["config.json", "model.safetensors", "codec", "semantic", "text"])
def test_model_folder_with_a_missing_part(part, model, refused, tmp_path):
    copy = shutil.copytree(model, tmp_path / "copy")
    shutil.rmtree(copy / part) if (copy / part).is_dir() else (copy / part).unlink()
    refused("generate", "sound", "--text", "rain", "-o", tmp_path / "out.wav", "--model", copy, words=part)


@pytest.mark.parametrize(
    "file",
    [
        "model.safetensors",
        "config.json",
        "codec/model.safetensors",
        "codec/config.json",
        "semantic/config.json",
        "text/config.json",
    ],
)
def test_tampered_model_folder(file, model, refused, tmp_path):
    copy = shutil.copytree(model, tmp_path / "copy")
    data = bytearray((copy / file).read_bytes())
    data[-9] ^= 1
    (copy / file).write_bytes(bytes(data))
    refused(
        "generate",
        "sound",
        "--text",
        "rain",
        "-o",
        tmp_path / "out.wav",
        "--model",
        copy,
        words=str(copy / file.split("/")[0]) if "/" in file else str(copy),
    )


def test_a_pickle_is_never_loaded(model, refused, tmp_path):
    copy = shutil.copytree(model, tmp_path / "copy")

    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "trapped"),))

    torch.save(Trap(), copy / "model.safetensors")
    refused(
        "generate", "sound", "--text", "rain", "-o", tmp_path / "out.wav", "--model", copy, words="model.safetensors"
    )
    assert not (tmp_path / "trapped").exists()


COLUMNS = "path,kind,text,speaker,label,split,licence,attribution"


@pytest.mark.parametrize(
    "manifest,words",
    [
        (None, "manifest"),
        ("", "manifest.csv"),
        (COLUMNS + "\n", "manifest.csv"),
        (COLUMNS.replace("kind,", "") + "\na.wav,three,x,3,train,CC0,me\n", "kind"),
        (COLUMNS + "\n../a.wav,speech,three,x,3,train,CC0,me\n", "../a.wav"),
        (COLUMNS + "\n/a.wav,speech,three,x,3,train,CC0,me\n", "/a.wav"),
        (COLUMNS + "\nnone.wav,speech,three,x,3,train,CC0,me\n", "none.wav"),
        (COLUMNS + "\na.wav,speach,three,x,3,train,CC0,me\n", "speach"),
    ],
)
def test_bad_manifests(manifest, words, refused, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    soundfile.write(data / "a.wav", tone(1.0), RATE)
    if manifest is not None:
        (data / "manifest.csv").write_text(manifest)
    refused("train", "--data", data, "--out", tmp_path / "run", words=words)


@pytest.mark.parametrize(
    "arguments,words", [(["--preset", "huge"], "huge"), (["--minutes", "0"], "minutes"), (["--device", "cuda"], "GPU")]
)
def test_bad_settings_of_a_training(arguments, words, refused, tmp_path):
    if "cuda" in arguments and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    refused("train", "--data", "data_samples", "--out", tmp_path / "run", *arguments, words=words)


def test_every_task_is_on_the_command_line(run):
    for name, task in TASKS.items():
        code, said = run("generate", name, "--help")
        assert code == 0 and all(f"--{n}" in said.out for n in task.inputs)


def test_shards_of_other_tokenizers(tmp_path):
    from uniaudio_nb.corpora import read_corpora, assign_splits
    from uniaudio_nb.shards import Shard, prepare_shards

    recordings, bundle = assign_splits(read_corpora("data_samples")), untrained_tokenizers()
    prepare_shards(recordings, bundle, tmp_path / "shards", ["sound"], counts={"valid": 2})
    with pytest.raises(ValueError, match="another codec"):
        Shard(tmp_path / "shards" / "sound-valid", untrained_tokenizers(1).fingerprint())
    with pytest.raises(ValueError, match="another vocabulary"):
        Shard(tmp_path / "shards" / "sound-valid", {**bundle.fingerprint(), "vocabulary": "4212"})
    index = json.loads((tmp_path / "shards" / "sound-valid" / "index.json").read_text())
    assert index["n_examples"] == 2 and index["left_out"] == []
