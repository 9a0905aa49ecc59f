"""Errors are one line that a terminal shows and never obeys, whatever the input that they quote."""

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nesy
from nesy.errors import UNSEEN, InputError, KnowledgeError, ModelError, NesyError, ReplyError

HOSTILE = "a\nb\x1b[31m\x85\u202e\u2028\ud800c"
SHOWN = "a b\\u001b[31m\\u0085\\u202e\\u2028\\ud800c"


@pytest.mark.parametrize("kind", [NesyError, InputError, KnowledgeError, ModelError])
def test_a_message_is_one_line(kind: type[NesyError]) -> None:
    assert str(kind(HOSTILE)) == SHOWN
    assert str(pickle.loads(pickle.dumps(kind(HOSTILE)))) == SHOWN


def test_so_are_the_problems_of_a_reply_which_itself_stays_as_it_was() -> None:
    error = ReplyError(HOSTILE, (HOSTILE, "none"))
    assert (str(error), error.raw) == (f"{SHOWN}; none", HOSTILE)


@given(st.text())
def test_any_message_is_one_line(text: str) -> None:
    assert not re.search(f"[{UNSEEN}]", str(InputError(text)))
    assert re.search(f"[{UNSEEN}]", text) or str(InputError(text)) == text


@pytest.mark.parametrize("key", ["a\\nb", "\\u001b[31m", "\\u202e"])
def test_a_key_of_a_scene_is_quoted_so(key: str) -> None:
    with pytest.raises(InputError, match="unknown key") as told:
        nesy.Scene.from_json(f'{{"entities": [], "{key}": 1}}')
    assert str(told.value).isprintable()
