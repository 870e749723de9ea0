"""Whatever a task is made of: what is packed is read back, exactly, and the ids say what they are."""

from dataclasses import replace

import pytest
import torch

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings, strategies as st

from uniaudio_nb.tasks import MASKED, N_SPECIAL, SEGMENT_TYPES, Segment, Vocabulary, codes_to_ids, collate
from uniaudio_nb.tasks import find_segments, ids_to_codes, pack, unpack, TASKS

DISCRETE = [name for name, (_, block) in SEGMENT_TYPES.items() if block not in (None, "audio")]
CONTINUOUS = [name for name, (_, block) in SEGMENT_TYPES.items() if block is None]
thorough = settings(max_examples=200, deadline=None, derandomize=True)


@st.composite
def vocabularies(draw):
    "Any codec, any block sizes in any order, any widths, some tasks of one's own."
    names = draw(st.permutations(DISCRETE))
    widths = draw(st.permutations([(name, draw(st.integers(1, 6))) for name in CONTINUOUS]))
    return Vocabulary(
        draw(st.integers(1, 9)),
        draw(st.integers(1, 2048)),
        {name: draw(st.integers(1, 700)) for name in names},
        [f"<own_{i}_task>" for i in range(draw(st.integers(0, 20)))],
        dict(widths),
    )


@st.composite
def segments(draw, vocabulary, kind=None):
    "One segment, often empty or of one frame, with the first and the last id of its block among its ids."
    kind = kind or draw(st.sampled_from(list(SEGMENT_TYPES)))
    block = SEGMENT_TYPES[kind][1]
    length = draw(st.integers(0, 6))

    def integers(n, low, high):
        return draw(st.lists(st.integers(low, high) | st.sampled_from([low, high]), min_size=n, max_size=n))

    if block is None:
        numbers = draw(
            st.lists(
                st.floats(width=32, allow_nan=False),
                min_size=length * vocabulary.continuous[kind],
                max_size=length * vocabulary.continuous[kind],
            )
        )
        return Segment(kind, vectors=torch.tensor(numbers).reshape(length, vocabulary.continuous[kind]))
    if block == "audio":
        K = vocabulary.n_codebooks
        return Segment(
            kind,
            torch.tensor(integers(K * length, MASKED, vocabulary.codebook_size - 1), dtype=torch.long).reshape(
                K, length
            ),
        )
    return Segment(kind, torch.tensor(integers(length, 0, vocabulary.sizes[block] - 1), dtype=torch.long))


def same(a, b):
    if a.type != b.type or (a.vectors is None) != (b.vectors is None):
        return False
    return torch.equal(a.ids, b.ids) if a.vectors is None else torch.equal(a.vectors, b.vectors)


@thorough
@given(st.data())
def test_unpack_is_the_inverse_of_pack(data):
    v = data.draw(vocabularies())
    conditions = data.draw(st.lists(segments(v), max_size=5))
    target = data.draw(segments(v))
    task = data.draw(st.none() | st.sampled_from(["<tts_task>", *v.task_tokens]))
    packed = pack(conditions, v, target, task=task)
    back = unpack(packed, v)
    assert len(back) == len(conditions) + 1 and all(map(same, back, [*conditions, target]))
    again = pack(back[:-1], v, back[-1], task=task)
    assert torch.equal(again.tokens, packed.tokens) and torch.equal(again.target_mask, packed.target_mask)
    # every frame is accounted for, and the loss is on the target and its end alone
    assert len(packed) == 2 + (task is not None) + sum(len(s) + 2 for s in [*conditions, target])
    assert packed.target_mask.sum() == len(target) + 1 and not packed.target_mask[-1] and packed.target_mask[-2]
    assert (packed.tokens >= 0).all() and (packed.tokens < len(v)).all()
    vectors = sum(len(s) for s in [*conditions, target] if s.vectors is not None)
    assert (0 if packed.continuous is None else int(packed.continuous.mask.sum())) == vectors


@thorough
@given(st.data())
def test_a_prefix_holds_its_conditions(data):
    v = data.draw(vocabularies())
    conditions = data.draw(st.lists(segments(v), max_size=4))
    kind = data.draw(st.sampled_from(list(SEGMENT_TYPES)))
    prefix = pack(conditions, v, target_type=kind, task="<VC_task>")
    back = unpack(prefix, v)
    assert len(back) == len(conditions) and all(map(same, back, conditions)) and not prefix.target_mask.any()
    whole = pack(conditions, v, target := data.draw(segments(v, kind)), task="<VC_task>")
    assert torch.equal(whole.tokens[: len(prefix)], prefix.tokens) and whole.target_mask.nonzero()[0] == len(prefix)
    assert find_segments(whole, v)[-1] == (kind, len(prefix), len(prefix) + len(target))


@thorough
@given(st.data(), st.sampled_from(list(TASKS)))
def test_every_task_with_and_without_its_optional_conditions(data, name):
    v, task = data.draw(vocabularies()), TASKS[name]
    chosen = [c for c in task.conditions if not c.optional or data.draw(st.booleans())]
    conditions = [data.draw(segments(v, c.segment)) for c in chosen]
    if name == "vc" and data.draw(st.booleans()):
        conditions[0] = data.draw(segments(v, "semantic_features"))
    target = data.draw(segments(v, task.target))
    back = unpack(pack(conditions, v, target, task=task.token), v)
    assert [s.type for s in back] == [*(s.type for s in conditions), task.target]
    assert all(map(same, back, [*conditions, target]))


@thorough
@given(st.data())
def test_a_batch_keeps_every_sequence(data):
    v = data.draw(vocabularies())
    packed = [
        pack(data.draw(st.lists(segments(v), max_size=3)), v, data.draw(segments(v)))
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    batch, used = collate(packed), 0
    assert batch.padding_mask.sum(1).tolist() == [len(p) for p in packed]
    assert batch.target_mask.sum() == sum(p.target_mask.sum() for p in packed)
    for row, p in enumerate(packed):
        assert torch.equal(batch.tokens[row, : len(p)], p.tokens) and not batch.tokens[row, len(p) :].any()
        if p.continuous is not None:
            n = len(p.continuous.vectors)
            assert torch.equal(batch.continuous.mask[row, : len(p)], p.continuous.mask)
            assert torch.equal(batch.continuous.vectors[used : used + n], p.continuous.vectors)
            used += n


@thorough
@given(st.data())
def test_names_and_ids_are_one_to_one(data):
    v = data.draw(vocabularies())
    i = data.draw(st.integers(0, len(v) - 1) | st.sampled_from([0, N_SPECIAL - 1, N_SPECIAL, len(v) - 1]))
    name = v.name(i)
    if name != "<unused_special_token>":
        assert v.id(name) == i
    assert Vocabulary(**v.to_dict()).name(i) == name and Vocabulary(**v.to_dict()).columns == v.columns
    ends = [block for block in v.blocks.values()]
    assert ends[0].start == N_SPECIAL
    assert all(a.stop == b.start for a, b in zip(ends, ends[1:]))
    assert ends[-1].stop == len(v)


@thorough
@given(st.data())
def test_codes_and_ids(data):
    v = data.draw(vocabularies())
    codes = data.draw(segments(v, "audio")).ids
    ids = codes_to_ids(codes, v)
    assert torch.equal(ids_to_codes(ids, v), codes) and ids.shape == codes.T.shape
    for k, row in enumerate(codes.tolist()):  # every codebook in a range of its own
        for t, code in enumerate(row):
            assert (
                v.name(int(ids[t, k]))
                == f"<audio_{v.n_codebooks * v.codebook_size if code == MASKED else k * v.codebook_size + code}>"
            )


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.data())
def test_what_does_not_fit_is_refused(data):
    v = data.draw(vocabularies())
    kind = data.draw(st.sampled_from(DISCRETE))
    for wrong in (-1, v.sizes[SEGMENT_TYPES[kind][1]]):
        with pytest.raises(ValueError, match=kind):
            pack([Segment(kind, torch.tensor([wrong]))], v)
    with pytest.raises(ValueError):
        codes_to_ids(torch.full((v.n_codebooks, 1), v.codebook_size), v)
    with pytest.raises(ValueError, match="do not fit"):
        pack([Segment("text", torch.zeros(1, v.continuous["text"] + 1))], v)
    with pytest.raises(ValueError, match="'nothing'"):
        replace(Segment("phone", torch.zeros(1, dtype=torch.long)), type="nothing")
