"""One process, and Ray clusters of one and two workers on its machine -> results/distributed.json, docs/datasets.md.

`python -m lab.distributed_speed` analyzes 2,000 drawn pictures here and by two workers, one of which it kills, and
compares the records; and it takes the pace without Ray, of one and of two workers where a model computes, where a
server is waited for, and where scenes are checked. `--table-only` writes the page from the file alone.
"""

import argparse
import json
import logging
import os
import re
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from lab.batch_growth import AtOnce, write_pictures
from lab.pages import insert
from lab.server_speed import REPLY_S, served
from nesy.batch import Run, analyze
from nesy.distributed import Cluster, in_chunks
from nesy.distributed import analyze as distributed
from nesy.distributed.cluster import need_ray
from nesy.distributed.stage_chunks import CHUNK
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.synthetic import draw
from nesy.turns import Reply, Request

RESULTS = Path("results/distributed.json")
PAGE = Path("docs/datasets.md")
MARK = "machines"
PICTURES, KILL_AT = 2_000, 500
COMPUTED, WAITED, SCENES = 32, 16, 20_000
"""Pictures for a model that computes and for a server, and scenes to check: each without Ray, by one and by two."""
TURNS = {"computed": 3, "waited": 1, "checked": 3}
"""So often the three are measured in turn: who else uses the processors changes from minute to minute."""
PARTS = 3
"""The pace is the median of so many equal parts of the work, after a first one in which workers begin."""


class Noted(AtOnce):
    """A model that answers at once, and leaves the number of its process in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def reply(self, request: Request) -> Reply:
        """Answer."""
        (self._folder / str(os.getpid())).touch()
        return super().reply(request)


class Clock:
    """Is told how many are done, and knows the pace."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def watch(self, done: int, _total: int | None = None) -> None:
        """Note the time."""
        self._times += [time.perf_counter()] * (done - len(self._times))

    def pace(self) -> float:
        """Return how many are done a second: the median of the parts after the first."""
        part = len(self._times) // (PARTS + 1)
        ends = self._times[part - 1 :: part][: PARTS + 1]
        return statistics.median(part / (after - before) for before, after in pairwise(ends))


def records(folder: Path) -> list[str]:
    """Return the entries, analyses and failures of a run, without places and times, in one order."""
    run = Run(folder)
    lines = [one.model_dump_json(exclude={"piece", "row", "offset"}) for one in run.entries()]
    lines += [re.sub(r'"seconds": ?[\d.e-]+', "", one.to_json()) for one in run]
    return sorted([*lines, *(one.model_dump_json() for one in run.failures())])


def killed(work: Path) -> dict[str, Any]:
    """Analyze the pictures here, and by two workers of which one is killed; return what both took, in seconds."""
    pictures, pids = work / "set", work / "pids"
    pictures.mkdir()
    pids.mkdir()
    write_pictures(pictures, PICTURES)
    pipeline = Pipeline(Noted(pids))
    here = analyze(pictures, work / "here", pipeline)
    (pids / str(os.getpid())).unlink()
    dead: list[int] = []

    def watch(done: int, _total: int | None) -> None:
        if done >= KILL_AT and not dead:
            dead.append(int(min(pids.iterdir()).name))
            os.kill(dead[0], signal.SIGKILL)

    there = distributed(pictures, work / "there", pipeline, cluster=Cluster(workers=2), watch=watch)
    same = records(work / "here") == records(work / "there")
    assert dead and there.images == PICTURES
    return {"pictures": PICTURES, "here_s": here.seconds, "there_s": there.seconds, "killed": len(dead), "same": same}


def in_turn(turns: int, pace: Callable[[int], float]) -> dict[str, Any]:
    """Return the paces without Ray, of one worker and of two, measured in turn: medians, and that of two to one."""
    found = [[pace(workers) for workers in (0, 1, 2)] for _ in range(turns)]
    return {
        "turns": [[round(one, 3) for one in turn] for turn in found],
        **{str(workers): round(statistics.median(turn[workers] for turn in found), 3) for workers in (0, 1, 2)},
        "times": round(statistics.median(two / one for _, one, two in found), 2),
    }


def analyzed(work: Path, model: str, many: int, workers: int) -> float:
    """Return how many pictures a second so many workers analyze; none: this process."""
    pictures, clock = work / "few", Clock()
    pictures.mkdir(exist_ok=True)
    write_pictures(pictures, many)
    how = partial(distributed, cluster=Cluster(workers=workers)) if workers else analyze
    how(pictures, work / "paced", Pipeline(model), watch=clock.watch, force=True)
    return clock.pace()


def checks(workers: int) -> float:
    """Return how many scenes a second so many workers check; none: this process."""
    scenes, pipeline, clock, done = drawn(), Pipeline("embedded"), Clock(), 0
    chunks = (
        in_chunks(checked, scenes, pipeline, cluster=Cluster(workers=workers))
        if workers
        else (checked(pipeline, scenes[at : at + CHUNK]) for at in range(0, len(scenes), CHUNK))
    )
    for chunk in chunks:
        done += len(chunk)
        clock.watch(done)
    return clock.pace()


@cache
def drawn() -> tuple[str, ...]:
    """Draw scenes, as JSON; a tenth of them, over and over."""
    different = [draw(5, index).scene.to_json() for index in range(SCENES // 10)]
    return tuple(different * 10)


def checked(pipeline: Pipeline, texts: Sequence[str]) -> list[str]:
    """Check scenes, in a worker."""
    return [pipeline.check(Scene.from_json(text)).to_json() for text in texts]


def paces(work: Path) -> dict[str, Any]:
    """Return the paces of one worker and of two, on one cluster."""
    ray = need_ray()
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.CRITICAL)
    with served() as server:
        found = {
            "a model computes (embedded), pictures": in_turn(
                TURNS["computed"], partial(analyzed, work, "embedded", COMPUTED)
            ),
            f"a server is waited for ({REPLY_S:g} s a reply), pictures": in_turn(
                TURNS["waited"], partial(analyzed, work, server, WAITED)
            ),
            "scenes are checked (`nesy check`), scenes": in_turn(TURNS["checked"], checks),
        }
    ray.shutdown()
    return found


def measured() -> dict[str, Any]:
    """Measure all of it."""
    with tempfile.TemporaryDirectory() as folder:
        return {"killed": killed(Path(folder)), "paces": paces(Path(folder))}


def table(found: dict[str, Any]) -> str:
    """Return the measurements as text and a Markdown table."""
    one = found["killed"]
    rows = [
        f"{one['pictures']:,} drawn pictures and a model that answers at once took {one['here_s']:.0f} s without Ray, "
        f"and {one['there_s']:.0f} s by two workers of which one was killed at {KILL_AT}; the records "
        + ("are the same." if one["same"] else "DIFFER."),
        "",
        "| where the time goes, in a second | without Ray | one worker | two workers | two to one |",
        "|---|---|---|---|---|",
    ]
    rows += [
        f"| {what} | {pace['0']:.3g} | {pace['1']:.3g} | {pace['2']:.3g} | {pace['times']:.2f} |"
        for what, pace in found["paces"].items()
    ]
    return "\n".join(rows)


def refreshed(page: str) -> str:
    """Return the page with the table as the file of this checkout has it."""
    return insert(page, MARK, table(json.loads(RESULTS.read_text(encoding="utf-8"))), str(PAGE))


def main() -> None:
    """Measure, and write the file and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table-only", action="store_true")
    if not parser.parse_args().table_only:
        RESULTS.write_text(json.dumps(measured(), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
