"""A model of random weights and real sizes -> how soon a later turn begins, from the kept image and afresh.

`python -m lab.prefix_reuse` measures and writes results/prefix.json. A turn begins with its first token: before
it lie, afresh, the picture's tiles, the tower and about 2,900 visual tokens; from the kept image, the turn's own words.
On a CPU the times are those of the processor, with one thread, so that what else runs there does not count; on a GPU
they are the clock's.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from nesy.errors import ModelError
from nesy.experiments.commit import commit
from nesy.image import Image
from nesy.scene import Entity
from nesy.synthetic import draw
from nesy.turns import ModelInfo, NumberedClaim, Reply, Request

RESULTS = Path("results/prefix.json")
COMMAND = "python -m lab.prefix_reuse"
SIZE_PX = (640, 480)
CHECKED_TOKENS = 24
"""Of each turn, compared between the two ways."""
AGAIN = 5
"""Runs from the kept image; the median is told."""
NOT_MEASURED = "*Not measured yet: `python -m lab.prefix_reuse`.*"
NEEDS_BYTES = {"small": 0, "0.5b": 8 * 1024**3, "7b": 48 * 1024**3}
"""Of a GPU's memory: the weights in float32, in which the tokens are compared, and room for one turn."""
ON_A_CPU = ("small", "0.5b")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TurnTimes(_Frozen):
    """One kind of later turn."""

    turn: str
    own_tokens: int
    """Tokens that are fed from the kept image; afresh all of the prompt is."""
    prompt_tokens: int
    afresh_s: float
    """To the first token, all included: the picture's preparation, the words, the grammar."""
    reused_s: float
    ratio: float
    same_tokens: bool
    """Whether both ways gave the same tokens in float32."""


class Measured(_Frozen):
    """One shape of a model on one device."""

    shape: str
    parameters: int
    visual_tokens: int
    device: str
    dtype: str
    """In which the times were taken."""
    checked_tokens: int
    runs_afresh: int
    runs_reused: int
    turns: tuple[TurnTimes, ...]


def picture() -> Image:
    """Return the picture that is asked about: a drawn scene of 640 x 480."""
    return Image.from_pixels(draw(0, 0).image.resize(SIZE_PX))


def turns(image: Image) -> dict[str, Request]:
    """Return later turns of a dialogue about `image`, by what they do."""
    entities = (
        Entity(id="person_1", category="person", box=(0.1, 0.2, 0.4, 0.9)),
        Entity(id="horse_1", category="horse", box=(0.2, 0.4, 0.9, 0.95)),
    )
    claims = (
        NumberedClaim(number=1, claim="r1", text="horse_1 ride person_1", answers=("keep", "withdraw", "swap")),
        NumberedClaim(number=2, claim="r2", text="person_1 on horse_1", answers=("keep", "withdraw", "under")),
    )
    yes_no = (NumberedClaim(number=1, claim="r1", text="person_1 ride horse_1", answers=("yes", "no")),)
    return {
        "correct": Request(
            image=image,
            kind="correct",
            round=1,
            notes=("horse_1 cannot ride person_1.",),
            entities=entities,
            claims=claims,
        ),
        "one claim, yes or no": Request(image=image, kind="correct", round=1, entities=entities, claims=yes_no),
        "ask": Request(image=image, kind="ask", round=1, entities=entities, question="What is the person riding?"),
    }


def measure(shape: str, again: int = AGAIN, afresh: int = 1, checked: int = CHECKED_TOKENS) -> Measured:
    """Build a model of a shape and time its turns.

    Args:
        shape: a name of `nesy.models.untrained.SHAPES`.
        again: runs from the kept image; the median counts.
        afresh: runs without it; the median counts.
        checked: tokens of each turn that are compared in float32.

    Raises:
        ModelError: no such shape, or the model cannot be made here.
    """
    # Imported late: torch is wanted for this alone.
    from nesy.models import untrained
    from nesy.models.local_model import LocalModel

    loaded, info = untrained.untrained(shape), ModelInfo(id=f"untrained {shape}")
    image = picture()
    describe, later = Request(image=image, kind="describe"), turns(image)
    same = {}
    writing = LocalModel(loaded, info, most_tokens=checked)
    for name, request in later.items():
        writing.reply(describe)
        kept = writing.reply(request)
        writing.forget()
        same[name] = _same(kept, writing.reply(request))
    writing.forget()
    here = untrained.device()
    clock = time.perf_counter if here.kind == "cuda" else time.process_time
    if here.kind == "cuda":
        untrained.in_bfloat16(loaded)

    def begun(request: Request, before: Callable[[], object]) -> tuple[float, Reply]:
        before()
        untrained.finish(loaded)
        start = clock()
        reply = beginning.reply(request)
        untrained.finish(loaded)
        return clock() - start, reply

    beginning = LocalModel(loaded, info, most_tokens=1)
    beginning.reply(describe)
    times = []
    for name, request in later.items():
        # A description lies between two runs, so that only the image is shared, as in a dialogue.
        reused = [begun(request, lambda: beginning.reply(describe)) for _ in range(again)]
        fresh = [begun(request, beginning.forget) for _ in range(afresh)]
        usage = reused[-1][1].usage
        slow, fast = (statistics.median(seconds for seconds, _ in runs) for runs in (fresh, reused))
        times.append(
            TurnTimes(
                turn=name,
                own_tokens=usage.prompt_tokens - usage.cached_tokens,
                prompt_tokens=usage.prompt_tokens,
                afresh_s=round(slow, 4),
                reused_s=round(fast, 4),
                ratio=round(slow / fast, 1),
                same_tokens=same[name],
            )
        )
    return Measured(
        shape=shape,
        parameters=untrained.parameters(loaded),
        visual_tokens=beginning.visual_tokens(image),
        device=here.name,
        dtype="bfloat16" if here.kind == "cuda" else "float32",
        checked_tokens=checked,
        runs_afresh=afresh,
        runs_reused=again,
        turns=tuple(times),
    )


def why_not(shape: str) -> str | None:
    """Return why a shape is not measured here; None when it can be."""
    from nesy.models import untrained

    here = untrained.device()
    if here.kind == "cpu":
        return None if shape in ON_A_CPU else "a GPU is needed, and there is none"
    if (here.memory_bytes or 0) < NEEDS_BYTES[shape]:
        return f"a GPU of {NEEDS_BYTES[shape] / 1024**3:.0f} GiB is needed, and {here.name} has less"
    return None


def table(record: dict[str, Any]) -> str:
    """Return what was measured, and what was not, as Markdown."""
    head = (
        "| sizes, random weights | visual tokens | device | turn | its own tokens | first token afresh "
        "| from the kept image | times sooner | same tokens in float32 |\n" + "|---" * 9 + "|"
    )
    rows = [head]
    for one in map(Measured.model_validate, record["measured"]):
        rows += [
            f"| {one.shape} ({one.parameters / 1e9:.2f} B) | {one.visual_tokens} | {one.device}, {one.dtype} "
            f"| {t.turn} | {t.own_tokens} | {t.afresh_s:.3g} s | {t.reused_s:.3g} s | {t.ratio:.3g} "
            f"| {'yes' if t.same_tokens else 'NO'} |"
            for t in one.turns
        ]
    return "\n".join(rows) + "".join(f"\n\nNot run: {shape} ({why})." for shape, why in record["not_run"].items())


def prefix_text(path: Path = RESULTS) -> str:
    """Return the table of the page; a line that says so where nothing has been measured."""
    return table(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else NOT_MEASURED


def beside(record: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the sizes that it does not measure as they were measured before, in the order of sizes."""
    fresh = {one["shape"] for one in record["measured"]}
    kept = [one for one in before["measured"] if one["shape"] not in fresh]
    measured = sorted([*record["measured"], *kept], key=lambda one: list(NEEDS_BYTES).index(one["shape"]))
    there = {one["shape"] for one in measured}
    reasons = before["not_run"] | record["not_run"]
    return record | {"measured": measured, "not_run": {k: why for k, why in reasons.items() if k not in there}}


def _same(one: Reply, other: Reply) -> bool:
    return [token.text for token in one.tokens] == [token.text for token in other.tokens]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    shapes = list(NEEDS_BYTES)
    parser.add_argument("--shapes", nargs="+", choices=shapes, default=shapes, help="sizes of a model (default: all)")
    parser.add_argument("--afresh", type=int, default=1, help="runs without the kept image (default: 1)")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # a waiting thread would count as work
    reasons = {shape: why for shape in given.shapes if (why := why_not(shape)) is not None}
    wanted = [shape for shape in given.shapes if shape not in reasons]
    measured = [measure(shape, afresh=given.afresh).model_dump(mode="json") for shape in wanted]
    record = {"command": COMMAND, "commit": commit(), "measured": measured, "not_run": reasons}
    if given.out.exists():
        record = beside(record, json.loads(given.out.read_text(encoding="utf-8")))
    sys.stdout.write(table(record) + "\n")
    if not all(turn["same_tokens"] for one in measured for turn in one["turns"]):
        raise ModelError("a turn from the kept image gave other tokens than the same turn afresh")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
