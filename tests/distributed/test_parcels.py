"""What becomes of parcels, without a cluster: those over which workers die, and files that no worker sees."""

import asyncio
import pickle
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nesy.batch import DataSet, Run, RunWriter
from nesy.batch.batch_analysis import Walk
from nesy.distributed.analyst import Answer, Located, Unseen, _outcome
from nesy.distributed.distributed_analysis import _Errand
from nesy.distributed.stream import TRIES, Feed, _tried, made
from nesy.errors import InputError, ModelError
from tests.runs import card, cups, write


class Here:
    """A stream whose parcels are answered in this process, by a function of the pictures; b"": workers died."""

    def __init__(self, answer: Callable[[list[Any]], bytes]) -> None:
        self._answer, self.parcels = answer, []
        self._waiting: deque[int] = deque()

    def send(self, parcel: bytes) -> int:
        self.parcels.append(pickle.loads(parcel))
        self._waiting.append(len(self.parcels) - 1)
        return self._waiting[-1]

    def take(self) -> tuple[int, bytes]:
        number = self._waiting.popleft()
        return number, self._answer(self.parcels[number])


@pytest.fixture
def errand(tmp_path: Path) -> Callable[[Callable[[list[Any]], bytes]], tuple[Here, dict[str, str]]]:
    """Return a function that analyzes six pictures by somebody who answers, and gives stream and failures."""
    write(tmp_path / "set", {f"{number}.png": number for number in range(6)})

    def run(answer: Callable[[list[Any]], bytes], size: int = 4) -> tuple[Here, dict[str, str]]:
        stream = Here(answer)
        with RunWriter(tmp_path / "run", card(), force=True) as writer:
            walk = Walk(DataSet(tmp_path / "set"), None, writer, False, lambda _done: None)
            _Errand(walk, stream, Answer("here", card()), size).run(room=2)  # type: ignore[arg-type]
        found = Run(tmp_path / "run")
        failed = {one.name: one.error for one in found.failures()}
        assert {*found.names(), *failed} == {f"{number}.png" for number in range(6)}
        return stream, failed

    return run


def answered(items: list[Any]) -> bytes:
    pipeline = cups()
    return pickle.dumps(Answer("here", card(), tuple(_outcome(pipeline, item) for item in items)))


def test_pictures_go_by_their_paths_and_a_few_at_once(errand: Any) -> None:
    stream, failed = errand(answered)
    assert [len(one) for one in stream.parcels] == [4, 2] and failed == {}
    assert all(isinstance(item, Located) for parcel in stream.parcels for item in parcel)


def test_pictures_over_which_workers_die_are_sent_alone_and_what_kills_alone_has_failed(errand: Any) -> None:
    stream, failed = errand(lambda items: b"" if any(one.name == "2.png" for one in items) else answered(items))
    assert [len(one) for one in stream.parcels] == [4, 2, 1, 1, 1, 1]
    assert failed == {"2.png": f"2.png: the worker died {TRIES} times over it"}


def test_a_file_that_a_worker_does_not_see_goes_by_its_bytes_and_so_do_all_that_follow(errand: Any) -> None:
    def elsewhere(items: list[Any]) -> bytes:
        return answered([replace(one, path=Path("/none")) if isinstance(one, Located) else one for one in items])

    stream, failed = errand(elsewhere)
    by_bytes = [one.name for parcel in stream.parcels for one in parcel if not isinstance(one, Located)]
    assert sorted(by_bytes) == [f"{number}.png" for number in range(6)] and failed == {}


def test_a_model_that_answers_fast_is_sent_more_at_once_and_never_fewer_than_at_first(errand: Any) -> None:
    def within(seconds: float) -> Callable[[list[Any]], bytes]:
        return lambda items: pickle.dumps(replace(pickle.loads(answered(items)), seconds=seconds))

    fast, _ = errand(within(0.001), size=1)
    assert [len(one) for one in fast.parcels] == [1, 1, 4]
    slow, _ = errand(within(60.0), size=1)
    assert [len(one) for one in slow.parcels] == [1] * 6


def test_what_a_model_of_ones_own_raises_is_told_as_it_is(errand: Any) -> None:
    def work(parcel: bytes) -> bytes:
        raise ZeroDivisionError("my own fault")

    with pytest.raises(ModelError, match=r": ZeroDivisionError: my own fault \(.*test_parcels.py, line \d+\)$"):
        errand(lambda items: _tried(work, pickle.dumps(items)))


def test_a_picture_that_changes_while_it_is_analyzed_has_failed(errand: Any, tmp_path: Path) -> None:
    def changing(items: list[Any]) -> bytes:
        write(tmp_path / "set", {"1.png": 99})
        return answered(items)

    _, failed = errand(changing)
    assert failed == {"1.png": f"{tmp_path / 'set' / '1.png'}: was changed while it was analyzed"}


@pytest.mark.parametrize(
    ("differs", "told"),
    [({"rules_sha256": "odd"}, "there has other rules"), ({"versions": ("9",)}, r"another nesy \(0 there, 9 now\)")],
)
def test_a_worker_that_is_not_like_the_first_ends_it(errand: Any, differs: dict[str, Any], told: str) -> None:
    other = Answer("there", card().model_copy(update=differs))
    with pytest.raises(InputError, match=f"the workers are not alike: .*{told}"):
        errand(lambda _items: pickle.dumps(other))


def test_a_feed_gives_each_parcel_until_it_is_dropped_and_then_nothing() -> None:
    async def feeding() -> list[Any]:
        feed = Feed()
        waiting = asyncio.create_task(feed.parcel(1))
        await feed.put(0, b"a")
        await feed.put(1, b"b")
        found = [await feed.parcel(0), await feed.parcel(0), await waiting]
        await feed.drop(0)
        await feed.end(2)
        return [*found, await feed.parcel(0), await feed.parcel(1), await feed.parcel(2)]

    assert asyncio.run(feeding()) == [b"a", b"a", b"b", b"", b"b", None]


def test_a_parcel_that_was_begun_too_often_comes_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed (nesy[ray])")
    import pyarrow as pa

    begun = {0: 1, 1: TRIES, 2: TRIES + 1}
    monkeypatch.setattr(ray, "get", lambda value: value)
    feed = SimpleNamespace(begun=SimpleNamespace(remote=begun.__getitem__))
    table = pa.table({"number": [0, 1, 2, 3], "parcel": pa.array([b"a", b"b", b"c", b""], pa.large_binary())})
    assert made(table, feed, bytes.upper)["parcel"].to_pylist() == [b"A", b"B", b"", b""]


def test_a_file_that_is_not_there_is_unseen() -> None:
    assert _outcome(cups(), Located("a.png", "0" * 64, Path("/none"))) == Unseen("a.png")
