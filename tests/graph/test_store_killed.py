"""A store whose writer is killed at any moment holds whole analyses, and all that were said to be added."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path

import pyoxigraph as ox
import pytest

import nesy.graph.store
from nesy.analysis import Analysis
from nesy.graph.provenance import analysis_iri
from nesy.graph.store import Store
from tests.graph.test_store import quads, run

ROOT = Path(__file__).resolve().parents[2]
KILLS = 30
LEAST = {"opening": 5, "adding": 10}
Whole = tuple[list[ox.Quad], set[tuple[str, ...]]]
"""What an analysis is in the store, and what it is as a dataset."""


def kill_often(path: Path, kills: int, seed: int, together: int) -> Counter[str]:
    """Add analyses in a process that is killed at random moments, and check the store after each.

    That often, and more often where the machine is so busy that too few moments of a kind are met. Every tenth time
    begins without a store, so that the making of one is interrupted too. This process opens no store: the threads of
    one are not forked with the process, and a store that misses them waits for ever.

    Args:
        together: so many analyses are added at once: 1 by `add`, more by `add_many`.

    Returns:
        How often the process was killed while it opened the store, within an addition, and between two.
    """
    chance = random.Random(seed)
    ready = [run(number) for number in range(20)]
    whole = {str(analysis_iri(one.base)): (nesy.graph.store._quads(one), quads(one.graph)) for one in ready}
    # What can be killed is the writing alone.
    nesy.graph.store._quads = lambda one: whole[str(analysis_iri(one.base))][0]
    moments: Counter[str] = Counter()
    before: set[str] = set()
    for turn in count():
        if turn >= kills and all(moments[kind] >= least for kind, least in LEAST.items()):
            break
        if turn % 10 == 0:
            shutil.rmtree(path, ignore_errors=True)
            before = set()
        lines, _ = _forked(partial(_add, path, ready, together), chance.uniform(0, 0.03), once=1 + (turn % 3 > 0))
        moments["opening" if len(lines) == 1 else "adding" if lines[-1] == "adding" else "between"] += 1
        told = before | {line for line in lines if "/" in line}
        found, status = _forked(partial(_check, path, whole, told))
        assert status == 0, "the check has failed; why stands on standard error"
        before = set(found)
    return moments


def _add(path: Path, analyses: Sequence[Analysis], together: int, tell: Callable[[str], object]) -> None:
    tell("opening")
    store = Store(path)
    for start in range(0, len(analyses), together):
        tell("adding")
        some = analyses[start : start + together]
        tell("\n".join([store.add(some[0])] if together == 1 else store.add_many(some)))
    signal.pause()


def _check(path: Path, whole: Mapping[str, Whole], told: set[str], tell: Callable[[str], object]) -> None:
    with Store(path) as store:
        names = set(store)
        assert names >= told, "an analysis that was added is gone"
        for name in names:
            assert quads(store.dataset(name)) == whole[name][1], "an analysis is there in part"
        held = ox.Store()  # it writes numbers as the store on disk does: 0 for 0.0
        held.extend(quad for name in names for quad in whole[name][0])
        assert set(store._store) == set(held), "something is left of an analysis that is not there"
    for name in names:
        tell(name)


def _forked(
    work: Callable[[Callable[[str], object]], None], kill_after_s: float | None = None, once: int = 0
) -> tuple[list[str], int]:
    """Do something in a process of its own; return the lines it told, and its status (-9: it was killed).

    Args:
        kill_after_s: when to kill it, counted from the moment it has told `once` lines.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            work(lambda line: os.write(writer, f"{line}\n".encode()))
            status = 0
        except Exception:
            traceback.print_exc()
            raise
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        lines = [told.readline() for _ in range(once)]
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            os.kill(child, signal.SIGKILL)
        lines += told.readlines()
    _, status = os.waitpid(child, 0)
    return [line.strip() for line in lines], os.waitstatus_to_exitcode(status)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed as POSIX does")
@pytest.mark.parametrize(("together", "kills"), [(1, KILLS), (5, KILLS // 2)])
def test_killed_at_any_moment_the_store_holds_whole_analyses(tmp_path: Path, together: int, kills: int) -> None:
    """In a process of its own: one with a single thread may be forked."""
    code = "import json, pathlib, sys; from tests.graph.test_store_killed import kill_often as kill;"
    code += "print(json.dumps(kill(pathlib.Path(sys.argv[1]), int(sys.argv[2]), 7, int(sys.argv[3]))))"
    command = [sys.executable, "-c", code, str(tmp_path / "store"), str(kills), str(together)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    moments = json.loads(done.stdout)
    assert sum(moments.values()) >= kills
