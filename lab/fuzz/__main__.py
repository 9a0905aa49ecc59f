"""`python -m lab.fuzz`: hostile inputs of every kind, and what became of them; those that fail go into out/fuzz/."""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from lab.fuzz.case import FAULTS, Outcome
from lab.fuzz.crew import outcomes
from lab.fuzz.kinds import KINDS, TIMES, opened
from lab.fuzz.record import Count, table, totals
from lab.fuzz.work import chance_of, outcome_of, quiet
from nesy.experiments.commit import commit

OUT = Path("out/fuzz")
KEPT = 50
"""So many failing inputs of a kind are written; the rest is counted."""


def main(given: Sequence[str] | None = None) -> int:
    """Run; return 1 where an input ended as none must, and 130 where it was interrupted."""
    arguments = _arguments(given)
    kinds = arguments.kind or list(KINDS)
    if arguments.only is not None:
        return _again(kinds[0], arguments.seed, arguments.only)
    # More threads make no input faster, and where there are several a query's process cannot be a copy of its own.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    counts: dict[str, Count] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="nesy-fuzz-") as folder:
            os.environ["TMPDIR"] = folder  # for the processes that read, which may end without clearing up
            for kind in kinds:
                counts[kind] = Count(arguments.seed)
                _run(kind, arguments, counts[kind])
    except KeyboardInterrupt:
        _say("interrupted; what was done until then:")
        _finish(counts, arguments.results)
        return 130
    _finish(counts, arguments.results)
    return 1 if any(count.faults for count in counts.values()) else 0


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.fuzz", description=__doc__)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="may be repeated; all unless said")
    parser.add_argument("--n", type=int, default=1000, help="inputs of each kind, and ten times as many replies")
    parser.add_argument("--start", type=int, default=0, help="number of the first input, to go on from an earlier run")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=1, help="processes that read")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="make one input again, and read it here")
    parser.add_argument("--results", type=Path, help="a record of JSON; the kinds that were not run stay in it")
    return parser.parse_args(given)


def _run(kind: str, arguments: argparse.Namespace, count: Count) -> None:
    n = arguments.n * TIMES.get(kind, 1)
    first = arguments.start * TIMES.get(kind, 1)
    _say(f"{kind}: {n:,} inputs from number {first}, seed {arguments.seed}")
    console = Console(stderr=True, markup=False)
    found = outcomes(partial(opened, kind), kind, arguments.seed, first, first + n, arguments.jobs)
    for outcome in track(found, kind, total=n, console=console, transient=True, disable=not console.is_terminal):
        count.add(outcome)
        if outcome.ending in FAULTS:
            _keep(kind, arguments.seed, outcome, count.faults)


def _keep(kind: str, seed: int, outcome: Outcome, faults: int) -> None:
    again = f"python -m lab.fuzz --kind {kind} --seed {seed} --only {outcome.number}"
    if faults <= KEPT:
        OUT.mkdir(parents=True, exist_ok=True)
        data = outcome.data or opened(kind)(chance_of(kind, seed, outcome.number)).data  # of one whose process ended
        (OUT / f"{kind}-{seed}-{outcome.number}.txt").write_bytes(data)
        _say(f"  {outcome.ending}: {outcome.told!r}; {again}")


def _again(kind: str, seed: int, number: int) -> int:
    """Make one input again, show it, and let what it raises through."""
    quiet()
    make = opened(kind)
    case = make(chance_of(kind, seed, number))
    _say(repr(case.data[:2000]))
    outcome = outcome_of(make, kind, seed, number)
    _say(f"{outcome.ending}, {outcome.seconds:.2f} s, {outcome.tally}: {outcome.told or 'no fault'}")
    case.run()
    return 0


def _finish(counts: dict[str, Count], results: Path | None) -> None:
    done = {kind: count.to_record() for kind, count in counts.items() if count.inputs}
    _say(table(done))
    _say(", ".join(f"slowest of the {kind}: number {one['slowest']}" for kind, one in done.items()))
    _say(totals(counts.values()))
    if results is not None:
        known: dict[str, Any] = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
        merged = {**known.get("kinds", {}), **done}
        record = {
            "command": "python -m lab.fuzz",
            "commit": commit(),
            "kinds": {kind: merged[kind] for kind in KINDS if kind in merged},
        }
        results.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
