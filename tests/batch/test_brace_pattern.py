"""Braces, written out."""

import pytest

from nesy.batch.brace_pattern import expanded, has_braces
from nesy.errors import InputError


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("shard-{000..002}.tar", ["shard-000.tar", "shard-001.tar", "shard-002.tar"]),
        ("{9..11}", ["9", "10", "11"]),
        ("{2..0}", ["2", "1", "0"]),
        ("{0..9..4}", ["0", "4", "8"]),
        ("{08..10}", ["08", "09", "10"]),
        ("a{x,y}b{1,2}", ["axb1", "axb2", "ayb1", "ayb2"]),
        ("{a,{b,c}}", ["a", "b", "a", "c"]),
        ("plain.tar", ["plain.tar"]),
        ("{one}.tar", ["{one}.tar"]),
        ("{,x}.tar", [".tar", "x.tar"]),
    ],
)
def test_what_a_pattern_stands_for(pattern: str, names: list[str]) -> None:
    if pattern == "{a,{b,c}}":
        assert set(expanded(pattern)) == {"a", "b", "c"}
    else:
        assert expanded(pattern) == names
    assert has_braces(pattern) == (names != [pattern])


@pytest.mark.parametrize("pattern", ["{0..999999999999}", "{1..1000}{1..1000}{1..1000}"])
def test_a_pattern_for_too_many_is_refused_at_once(pattern: str) -> None:
    with pytest.raises(InputError, match="more than 100,000 names"):
        expanded(pattern)
