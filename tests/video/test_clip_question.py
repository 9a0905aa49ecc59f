"""What a question asks of a clip, and of which time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.ontology import Ontology
from nesy.video.clip_question import read_clip_question
from nesy.video.said_times import said_spans, says_never, shared

ONTOLOGY = Ontology.default()


@pytest.mark.parametrize(
    ("text", "kind", "asked", "more"),
    [
        ("When does person_1 ride the bicycle?", "when", ("person_1", "ride", "bicycle"), {}),
        ("At what time is the man sitting on the bench?", "when", ("man", "sit_on", "bench"), {}),
        ("When does the man start riding the horse?", "when", ("man", "ride", "horse"), {"edge": "start"}),
        ("Until when does the man ride the horse?", "when", ("man", "ride", "horse"), {"edge": "end"}),
        ("When does the dog leave the scene?", "when", ("dog", "", None), {"edge": "end"}),
        ("When is the horse visible in the video?", "when", ("horse", "", None), {}),
        ("How long is the man holding the cup?", "how_long", ("man", "hold", "cup"), {}),
        ("How many times does the dog bite the man?", "how_often", ("dog", "bite", "man"), {}),
        ("What does the man do first?", "first", ("man", "", None), {}),
        ("What is the last thing that the man does in the clip?", "last", ("man", "", None), {}),
        ("What does the man do after he rides the bicycle?", "after", ("man", "", None), {"other": "ride"}),
        ("What happens before the man sits on the bench?", "before", ("", "", None), {"other": "sit_on"}),
        ("Is the man holding a cup while riding the bicycle?", "while", ("man", "hold", "cup"), {"other": "ride"}),
        ("Does the man sit on the bench before he rides the horse?", "order", ("man", "sit_on", "bench"), {}),
        ("What is the man doing at 2.5 seconds?", "at", ("man", "", None), {"at_s": 2.5}),
        ("How many people are there at 1:03?", "at", ("person", "", None), {"at_s": 63.0}),
        ("Where is the man at the end of the film?", "at", ("man", "", None), {"at_s": float("inf")}),
        ("Does the man always hold the cup?", "always", ("man", "hold", "cup"), {}),
        ("Is there a bench throughout the clip?", "always", ("bench", "", None), {}),
        ("Does the man ever ride a horse?", "ever", ("man", "ride", "horse"), {}),
        ("How many people are there in the clip?", "ever", ("person", "", None), {}),
    ],
)
def test_time_and_claim_are_told_apart(text, kind, asked, more):
    found = read_clip_question(text, ONTOLOGY)
    thing = found.asked.object.label if found.asked.object else None
    assert (found.kind, (found.asked.subject.label, found.asked.predicate, thing)) == (kind, asked)
    assert found.listable and found.text == text
    for name, value in more.items():
        own = getattr(found, name)
        assert (own.predicate if name == "other" else own) == value


@pytest.mark.parametrize("text", ["Why does he laugh?", "What does the sign say first?", "What is behind it all for?"])
def test_what_no_list_can_answer(text):
    assert not read_clip_question(text, ONTOLOGY).listable


@pytest.mark.parametrize("text", ["", "  ", "x" * 2000])
def test_no_question(text):
    with pytest.raises(InputError):
        read_clip_question(text, ONTOLOGY)


@given(st.text(alphabet="whenafterbeforewhile firstalways0123456789:.?,' \n", max_size=60))
def test_any_words_are_a_question_or_one_clear_error(text):
    try:
        found = read_clip_question(text, ONTOLOGY)
    except InputError:
        return
    assert found.text.strip()


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("at 3 s", ((3.0, 3.0),)),
        ("from 2 to 4.5 seconds", ((2.0, 4.5),)),
        ("between 0:02 and 0:04", ((2.0, 4.0),)),
        ("2-4 s", ((2.0, 4.0),)),
        ("until the end, from three seconds on", ((0.0, 8.0), (3.0, 8.0))),
        ("after 5 seconds", ((5.0, 8.0),)),
        ("at the beginning and at the end", ((0.0, 0.0), (8.0, 8.0))),
        ("from the beginning to the end", ((0.0, 8.0),)),
        ("throughout", ((0.0, 8.0),)),
        ("at 1 s, at 3 s", ((1.0, 1.0), (3.0, 3.0))),
        ("when he sits", ()),
    ],
)
def test_times_of_an_answer(text, spans):
    assert said_spans(text, 8.0) == spans


@given(st.text(max_size=80), st.floats(0.1, 1e4))
def test_times_run_forwards(text, duration):
    assert all(start <= end for start, end in said_spans(text, duration))
    assert says_never(text) in (True, False)


_SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda two: (float(min(two)), float(max(two)))))


@given(_SPANS.map(tuple), _SPANS.map(tuple))
def test_what_is_shared_is_a_share_and_the_same_both_ways(ours, theirs):
    assert 0.0 <= shared(ours, theirs) == shared(theirs, ours) <= 1.0
    assert any(a < b for a, b in ours) <= (shared(ours, ours) == 1.0)
