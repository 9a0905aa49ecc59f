"""A data set of 10,000 drawn pictures -> memory and pace of a batch as it grows: results/batch.json, docs/datasets.md.

`python -m lab.batch_growth` analyzes them with a model that answers at once, one by one and side by side, each in a
process of its own; `--table-only` writes the page from the file alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lab.pages import insert
from nesy.batch import Run, analyze
from nesy.image import Image
from nesy.perception.reply_format import write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Relation
from nesy.synthetic import draw
from nesy.turns import ModelInfo, Reply, Request, Usage

RESULTS = Path("results/batch.json")
PAGE = Path("docs/datasets.md")
MARK = "growth"
PICTURES = 10_000
EARLY = 10
"""The first measure is taken at so small a part of the pictures."""
PLANS = {"one by one": 1, "8 side by side": 8}
"""How pictures are analyzed -> requests in flight."""
DRAWN, SEED = 100, 2029


class AtOnce:
    """A model that knows what was drawn, and says of every fourth picture something that a rule objects to."""

    takes_threads = True
    info = ModelInfo(id="at-once")

    def __init__(self) -> None:
        self._said = [_said(index) for index in range(DRAWN)]

    def reply(self, request: Request) -> Reply:
        """Answer; the name of a picture tells which drawing it is."""
        described = request.kind == "describe"
        text = self._said[int(Path(request.image.name).stem) % DRAWN] if described else '{"1": "withdraw"}'
        return Reply(text=text, prompt="", usage=Usage(calls=1))


def _said(index: int) -> str:
    scene = draw(SEED, index).scene
    if index % 4 == 0:
        first = scene.entities[0].id
        wrong = Relation(id="r99", subject=first, predicate="on", object=first)
        scene = scene.model_copy(update={"relations": (*scene.relations, wrong)})
    return write_scene(scene)


def write_pictures(folder: Path, many: int) -> None:
    """Write so many pictures, a hundred drawings again and again, each with a corner of its own colour."""
    drawn = [draw(SEED, index).image for index in range(min(DRAWN, many))]
    for number in range(many):
        picture = drawn[number % DRAWN]
        picture.putpixel((0, 0), (number % 256, number // 256 % 256, number // 65536))
        path = folder / f"{number // 1000:02d}" / f"{number:06d}.png"
        path.parent.mkdir(exist_ok=True)
        picture.save(path, compress_level=1)


def measured(concurrency: int, many: int) -> dict[str, float]:
    """Analyze so many pictures in this process, and return what it took.

    Returns:
        Peak of the process's memory when a tenth was done and when all was, in MiB; pictures a second by the clock; KiB
        of the disk a picture; seconds to open the run and read one analysis by name.
    """
    peaks: dict[int, float] = {}

    def watch(done: int, _total: int | None) -> None:
        if done in (many // EARLY, many):
            peaks[done] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    with tempfile.TemporaryDirectory() as folder:
        pictures, run = Path(folder) / "set", Path(folder) / "run"
        pictures.mkdir()
        write_pictures(pictures, many)
        pipeline = Pipeline(AtOnce())
        pipeline.analyze(Image.open(pictures / "00" / "000000.png"))  # what is loaded once does not count
        summary = analyze(pictures, run, pipeline, concurrency=concurrency, watch=watch)
        assert summary.consistent == many and summary.withdrawn >= many // 4
        disk = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
        began = time.perf_counter()
        found = Run(run)["00/000000.png"]
        opened = time.perf_counter() - began
        assert found.consistent
    return {
        "pictures": many,
        "memory_early_mib": round(peaks[many // EARLY]),
        "memory_mib": round(peaks[many]),
        "a_second": round(summary.images_per_second, 1),
        "disk_kib": round(disk / many / 1024, 1),
        "open_s": round(opened, 2),
    }


def table(found: dict[str, dict[str, float]]) -> str:
    """Return the measurements as a Markdown table."""
    many = int(next(iter(found.values()))["pictures"])
    rows = [
        f"| how | memory at {many // EARLY:,} → {many:,} pictures | a second | disk, each | to open and read one |",
        "|---|---|---|---|---|",
    ]
    rows += [
        f"| {how} | {one['memory_early_mib']} → {one['memory_mib']} MiB | {one['a_second']} | {one['disk_kib']} KiB "
        f"| {one['open_s']} s |"
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
    parser.add_argument("--measure", nargs=2, type=int, metavar=("CONCURRENCY", "N"), help="once, here, and print")
    chosen = parser.parse_args()
    if chosen.measure:
        sys.stdout.write(json.dumps(measured(*chosen.measure)) + "\n")
        return
    if not chosen.table_only:
        found: dict[str, Any] = {how: _alone(concurrency) for how, concurrency in PLANS.items()}
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _alone(concurrency: int) -> dict[str, float]:
    command = [sys.executable, "-m", "lab.batch_growth", "--measure", str(concurrency), str(PICTURES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    read: dict[str, float] = json.loads(done.stdout)
    return read


if __name__ == "__main__":
    main()
