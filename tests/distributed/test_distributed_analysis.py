"""A data set on a cluster of two workers, one of which is killed: the same records as without a cluster."""

import json
import os
import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from nesy.batch import Run, analyze
from nesy.distributed import Cluster
from nesy.distributed import analyze as distributed
from nesy.errors import InputError
from nesy.pipeline import Pipeline
from nesy.settings import CheckingSettings, Settings
from nesy.turns import ModelInfo, Reply, Request, Usage
from tests.rule_texts import rule
from tests.rule_texts import write as write_rule
from tests.runs import CUP, tar, write

pytestmark = [
    pytest.mark.usefixtures("_cluster"),
    pytest.mark.filterwarnings("ignore"),  # Ray Data warns of what it does itself
]
ONE = Cluster(workers=1)
BROKEN = json.dumps(
    {"entities": [{"id": "cup_1"}], "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}
)


class Known:
    """A model that says the same of every picture, and leaves the number of its process in a folder.

    While a file `wait` is there it answers of the first pictures alone, and leaves its number as one who waits.
    """

    info = ModelInfo(id="known")

    def __init__(self, folder: Path, said: str = CUP) -> None:
        self._folder, self._said = folder, said

    def reply(self, request: Request) -> Reply:
        (self._folder / f"{os.getpid()}.pid").touch()
        while request.image.name > "set/03.png" and (self._folder / "wait").exists():
            (self._folder / f"{os.getpid()}.waits").touch()
            time.sleep(0.01)
        text = self._said if request.kind == "describe" else '{"1": "withdraw"}'
        return Reply(text=text, prompt="", usage=Usage(calls=1))


def records(folder: Path) -> tuple[list[str], ...]:
    """Return what a run holds, without order, times and places."""
    run = Run(folder)
    entries = [one.model_dump_json(exclude={"piece", "row", "offset"}) for one in run.entries()]
    analyses = [re.sub(r'"seconds": ?[\d.e-]+', "", one.to_json()) for one in run]
    return sorted(entries), sorted(analyses), sorted(one.model_dump_json() for one in run.failures())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    pictures: dict[str, bytes | int] = {f"set/{number:02d}.png": number % 20 for number in range(24)}
    return write(tmp_path, {**pictures, "set/bad.png": b"no picture"})


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no files that one process alone sees")
def test_with_a_worker_killed_in_the_middle_the_records_are_those_of_one_machine(here: Path) -> None:
    """Files, members of a tar file, and a file that no worker sees; with a rule of one's own, which travels."""
    tar(here / "s.tar", [("x.png", 300), ("y.png", 301)])
    write(here, {"own/alone.png": 302})
    own = write_rule(here, rule("sh:nodeKind sh:Literal"))
    pipeline = Pipeline(Known(here, BROKEN), Settings(checking=CheckingSettings(rules=(str(own.relative_to(here)),))))
    killed: list[int] = []

    def watch(done: int, _total: int | None) -> None:
        if done >= 2 and not killed:
            while len(at_work := [*here.glob("*.waits")]) < 2:  # then each has pictures that are to be done again
                time.sleep(0.01)
            killed.append(int(min(at_work).stem))
            os.kill(killed[0], signal.SIGKILL)
            (here / "wait").unlink()

    with (here / "own" / "alone.png").open("rb") as alone:
        (here / "list.txt").write_text(f"/proc/self/fd/{alone.fileno()}\n")
        sources = ["set", "s.tar", "list.txt"]
        analyze(sources, "local", pipeline)
        (here / f"{os.getpid()}.pid").unlink()
        (here / "wait").touch()
        summary = distributed(sources, "run", pipeline, cluster=Cluster(workers=2), watch=watch)
    assert killed and killed[0] != os.getpid()
    assert len(list(here.glob("*.pid"))) == 3, "two workers, and one in the place of the killed"
    assert (summary.images, summary.failed, summary.same, summary.withdrawn) == (28, 1, 4, 27)
    assert records(here / "run") == records(here / "local")
    assert set(Counter(one.name for one in Run(here / "run").entries()).values()) == {1}


def test_a_run_goes_on_where_it_was_begun_here_or_there(here: Path) -> None:
    pipeline = Pipeline(Known(here))
    analyze("set", "run", pipeline, shard="1/2")
    before = len(Run("run"))
    write(here, {f"set/new{number}.png": 900 + number for number in range(6)})
    done = distributed("set", "run", pipeline, cluster=ONE, resume=True, shard="1/2")
    assert 0 < done.now < 6 and len(Run("run")) == before + done.now
    assert analyze("set", "run", pipeline, resume=True, shard="1/2").now == 0


def test_a_ray_dataset_is_a_source(here: Path) -> None:
    import ray

    rows = ray.data.read_binary_files(str(here / "set"), include_paths=True)
    pipeline = Pipeline(Known(here))
    with pytest.raises(InputError, match="leave none to read the Ray Dataset"):
        distributed(rows, "run", pipeline, cluster=Cluster(workers=2))
    with pytest.raises(InputError, match="the rows of the data set have the columns id"):
        distributed(ray.data.range(3), "run", pipeline, cluster=ONE)
    assert not Path("run").exists()
    summary = distributed(rows, "run", pipeline, cluster=ONE)
    assert (summary.images, summary.failed, summary.same) == (25, 1, 4)
    assert {Path(name).name for name in Run("run").names()} == {f"{number:02d}.png" for number in range(24)}


def test_what_is_wrong_for_every_picture_is_one_line_and_nothing_is_written(here: Path) -> None:
    with pytest.raises(InputError, match="unknown model 'no such model'"):
        distributed("set", "run", Pipeline("no such model"), cluster=ONE)
    with pytest.raises(InputError, match="no worker of 64 CPU fits a machine of the cluster; the most there is: 2 CPU"):
        distributed("set", "run", Pipeline("embedded"), cluster=Cluster(cpus=64))
    model = Known(here)
    model.lock = threading.Lock()  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="an object that no other process can be sent"):
        distributed("set", "run", Pipeline(model), cluster=ONE)
    with pytest.raises(InputError, match="a concurrency of 4 is for a model that several threads may ask"):
        distributed("set", "run", Pipeline(Known(here)), cluster=ONE, concurrency=4)
    assert not Path("run").exists()
