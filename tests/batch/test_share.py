"""A data set in shares: every picture in one of them, on any machine in the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.batch.share import Share
from nesy.errors import InputError


@given(st.lists(st.text(), max_size=30), st.integers(1, 12))
def test_every_picture_falls_to_exactly_one_share(names: list[str], of: int) -> None:
    shares = [Share(number, of) for number in range(1, of + 1)]
    for name in names:
        assert sum(share.holds(name) for share in shares) == 1


def test_the_shares_are_those_of_every_other_machine_and_version() -> None:
    names = [f"{number:06d}.jpg" for number in range(12)]
    assert [next(i for i in (1, 2, 3) if Share(i, 3).holds(name)) for name in names] == [
        *(2, 1, 2, 2, 1, 2, 2, 1, 1, 3, 3, 1),
    ]


def test_shares_are_about_of_one_size() -> None:
    sizes = [sum(Share(number, 8).holds(f"{name}.jpg") for name in range(8_000)) for number in range(1, 9)]
    assert min(sizes) > 900


def test_a_letter_of_two_parts_is_the_same_letter() -> None:
    name = "caf\u00e9.png"
    assert all(Share(i, 7).holds(name) == Share(i, 7).holds(unicodedata.normalize("NFD", name)) for i in range(1, 8))


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/0", "a/b", "-1/4", "1/4/2", "", "1.5/3"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="i/n with i from 1 to n"):
        Share.read(text)


def test_a_share_is_written_as_it_is_read() -> None:
    assert str(Share.read(" 2 / 8")) == "2/8"
