"""Some hostile inputs of every kind, and the command that reads many; the longer runs are `make fuzz`."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from lab.fuzz import __main__ as command
from lab.fuzz import crew
from lab.fuzz.case import FAULTS, LostError, Make, Outcome, Tally
from lab.fuzz.kinds import KINDS, opened
from lab.fuzz.mutations import ODD_VALUES, bent, encoded, spoilt
from lab.fuzz.record import Count, table
from lab.fuzz.work import chance_of, outcome_of, quiet
from nesy.errors import InputError

MANY = {"replies": 200, "scenes": 15, "rules": 12, "ontologies": 25, "queries": 15, "analyses": 40, "texts": 46}


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_inputs_are_read_or_refused(kind: str) -> None:
    quiet()
    make = opened(kind)
    outcomes = [outcome_of(make, kind, 1, number) for number in range(MANY[kind])]
    told = {one.number: one.told for one in outcomes if one.ending in FAULTS and one.ending != "hang"}
    assert told == {}
    assert {one.ending for one in outcomes} >= {"read", "refused"}, (
        "all of one sort: the mutations are too weak, or too strong"
    )


def test_an_input_hangs_on_its_number_alone() -> None:
    make = opened("replies")
    assert make(Random("a")).data == make(Random("a")).data != make(Random("b")).data


class _Scripted:
    """An input that ends as it is told to."""

    data = b"input"

    def __init__(self, ends: Exception | Tally) -> None:
        self._ends = ends

    def run(self) -> Tally:
        if isinstance(self._ends, Exception):
            raise self._ends
        return self._ends


@pytest.mark.parametrize(
    ("ends", "ending", "told"),
    [
        (Tally(3, 2, 1), "read", ""),
        (InputError("no such file"), "refused", ""),
        (InputError(""), "message", "without a message"),
        (LostError("2 of 3"), "lost", "2 of 3"),
        (KeyError("x"), "traceback", "KeyError at "),
        (RecursionError(), "traceback", "RecursionError"),
    ],
)
def test_how_an_input_ends(ends: Exception | Tally, ending: str, told: str) -> None:
    outcome = outcome_of(lambda chance: _Scripted(ends), "x", 1, 0)
    assert outcome.ending == ending
    assert told in outcome.told
    assert (outcome.data == b"input") == (ending in FAULTS)


def test_mutations_change_and_never_fail() -> None:
    value = {"a": [1, {"b": "c"}], "d": None}
    for seed in range(300):
        chance = Random(seed)
        text = spoilt(json.dumps(value), chance, ['{"e": 2}'])
        assert isinstance(encoded(text, chance), bytes)
        bent(value, chance)
    assert value == {"a": [1, {"b": "c"}], "d": None}


def test_the_command_tells_counts_and_keeps_what_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def scripted(load: object, kind: str, seed: int, start: int, end: int, jobs: int) -> Iterator[Outcome]:
        yield Outcome(start, "read", 0.5, 60.0, Tally(3, 2, 1))
        yield Outcome(start + 1, "refused", 0.1, 61.0)
        if kind == "scenes":
            yield Outcome(start + 2, "traceback", told="KeyError", data=b"{")
            raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {**os.environ})
    monkeypatch.setattr(signal, "signal", lambda *given: None)
    monkeypatch.setattr(command, "outcomes", scripted)
    results = tmp_path / "fuzz.json"
    arguments = ["--kind", "replies", "--n", "2", "--seed", "5", "--results", str(results)]
    assert command.main(arguments) == 0
    assert command.main(["--kind", "scenes", *arguments[2:], "--start", "10"]) == 130
    shown = capsys.readouterr().out
    assert "interrupted" in shown
    assert "python -m lab.fuzz --kind scenes --seed 5 --only 12" in shown
    assert (tmp_path / "out/fuzz/scenes-5-12.txt").read_bytes() == b"{"
    kinds = json.loads(results.read_text())["kinds"]
    assert [(name, one["inputs"], one["endings"]) for name, one in kinds.items()] == [
        ("replies", 2, {"read": 1, "refused": 1}),
        ("scenes", 3, {"read": 1, "refused": 1, "traceback": 1}),
    ]
    assert "| scenes | 3 | 1 | 1 | 1 | 0 | 0.50 s | 61 MiB | 3 | 2 | 1 | 0 |" in table(kinds)


class _Ended:
    data = b"input"

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def run(self) -> Tally:
        if self._chance.random() < 0.5:
            os._exit(9)
        return Tally(1, 1, 0)


def open_what_ends() -> Make:
    return _Ended


def test_a_process_that_ends_is_a_crash_and_the_next_goes_on() -> None:
    found = list(crew.outcomes(open_what_ends, "x", 1, 0, 6, 1))
    ends = [("read", "crash")[chance_of("x", 1, number).random() < 0.5] for number in range(6)]
    assert [(one.number, one.ending) for one in found] == list(enumerate(ends))
    assert set(ends) == {"read", "crash"}


def open_nothing() -> Make:
    raise OSError


def test_what_cannot_be_loaded_is_told() -> None:
    with pytest.raises(RuntimeError, match="cannot be loaded"):
        list(crew.outcomes(open_nothing, "x", 1, 0, 2, 1))


def test_counts_add_up() -> None:
    count = Count(seed=1)
    for number, ending in enumerate(("read", "hang", "lost", "crash")):
        count.add(Outcome(number, ending, float(number), 10.0 * number, Tally(1, 1, 0)))  # type: ignore[arg-type]
    assert (count.inputs, count.faults, count.slowest, count.mebibytes, count.tally) == (4, 3, 3, 30.0, Tally(4, 4, 0))


def test_what_an_input_is_bent_into_leaves_the_next_as_it_would_be() -> None:
    kept = repr(ODD_VALUES)
    for number in range(3_000):
        bent({"a": [1, {"b": "c"}], "d": {"e": []}}, Random(number))
    assert repr(ODD_VALUES) == kept
