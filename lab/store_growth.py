"""Many analyses in a store -> what adding, memory, disk and a query take: results/store.json, docs/store.md.

`python -m lab.store_growth` adds analyses of drawn scenes, each of a picture of its own, one by one and many at once,
either in a process of its own whose memory is measured; `--table-only` writes the page from the file alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from lab.other_engines import processor_seconds
from lab.pages import insert
from nesy.analysis import Analysis
from nesy.graph.store import Store
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.perception.reply_format import write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Relation, Scene
from nesy.synthetic import draw
from nesy.turns import Reply, Request

RESULTS = Path("results/store.json")
PAGE = Path("docs/store.md")
MARK = "growth"
PLANS = {"add": 2_500, "add_many": 20_000}
"""How analyses are added -> how many."""
DRAWN = 100
SEED = 2027
RIDERS = (
    "SELECT DISTINCT ?picture { ?analysis nesy:image/nesy:name ?picture ; nesy:final ?g "
    "GRAPH ?g { ?who a nesy:Person ; nesy:ride ?what } }"
)


def analyses() -> Iterator[Analysis]:
    """Yield analyses without end, every fourth with a relation that a rule objects to and the model takes back."""
    made = [_analysis(index) for index in range(DRAWN)]
    for number in count():
        one = made[number % DRAWN]
        image = one.image.model_copy(update={"name": f"{number}.png", "sha256": f"{number:064x}"})
        yield one.model_copy(update={"image": image})


def _analysis(index: int) -> Analysis:
    drawn = draw(SEED, index)
    scene: Scene = drawn.scene
    if index % 4 == 0:
        first = scene.entities[0].id
        wrong = Relation(id="r99", subject=first, predicate="on", object=first)
        scene = scene.model_copy(update={"relations": (*scene.relations, wrong)})

    def reply(request: Request) -> str | Reply:
        return write_scene(scene) if request.kind == "describe" else '{"1": "withdraw"}'

    return Pipeline(ScriptedModel(reply)).analyze(Image.from_pixels(drawn.image))


def measured(how: str, many: int) -> dict[str, float]:
    """Add analyses to a new store in this process, and return what it took.

    Returns:
        Milliseconds of the processor to add one; peak of the process's memory before and after, in MiB; KiB of the disk
        an analysis; seconds of the clock that the query for all riders takes.
    """
    some = islice(analyses(), many)
    next(analyses()).base  # noqa: B018  what is loaded once does not count
    first = [next(some)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        with Store(path) as store:
            store.add_many(first)
            start = processor_seconds()
            if how == "add":
                for one in some:
                    store.add(one)
            else:
                store.add_many(some)
            spent = processor_seconds() - start
            began = time.perf_counter()
            riders = store.query(RIDERS)
            query = time.perf_counter() - began
            assert len(store) == many and not isinstance(riders, bool) and len(riders) > 0
        disk = sum(file.stat().st_size for file in path.iterdir())
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "analyses": many,
        "add_ms": round(1000 * spent / many, 1),
        "memory_before_mib": round(before),
        "memory_mib": round(after),
        "disk_kib": round(disk / many / 1024, 1),
        "riders_s": round(query, 2),
    }


def table(found: dict[str, dict[str, float]]) -> str:
    """Return the measurements as a Markdown table."""
    rows = [
        "| how | analyses | adding one, processor | process memory before → peak | disk, each | the query for riders |",
        "|---|---|---|---|---|---|",
    ]
    rows += [
        f"| `{how}` | {one['analyses']:,} | {one['add_ms']} ms | {one['memory_before_mib']} → {one['memory_mib']} MiB "
        f"| {one['disk_kib']} KiB | {one['riders_s']} s |"
        for how, one in found.items()
    ]
    return "\n".join(rows)


def refreshed(page: str) -> str:
    """Return the page with the table as the file of this checkout has it."""
    return insert(page, MARK, table(json.loads(RESULTS.read_text(encoding="utf-8"))), str(PAGE))


def main() -> None:
    """Measure, and write the file and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table-only", action="store_true")
    parser.add_argument("--measure", nargs=2, metavar=("HOW", "N"), help="measure once, in this process, and print")
    chosen = parser.parse_args()
    if chosen.measure:
        how, many = chosen.measure
        sys.stdout.write(json.dumps(measured(how, int(many))) + "\n")
        return
    if not chosen.table_only:
        found: dict[str, Any] = {how: _alone(how, many) for how, many in PLANS.items()}
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _alone(how: str, many: int) -> dict[str, float]:
    command = [sys.executable, "-m", "lab.store_growth", "--measure", how, str(many)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    read: dict[str, float] = json.loads(done.stdout)
    return read


if __name__ == "__main__":
    main()
