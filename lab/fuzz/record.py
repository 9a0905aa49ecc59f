"""Outcomes -> counts per kind, the record in results/fuzz.json, and the table of its page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.fuzz.case import FAULTS, Outcome, Tally

CRASHED = ("traceback", "message", "crash")


@dataclass
class Count:
    """What became of the inputs of one kind."""

    seed: int
    inputs: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: int = 0
    """Number of the slowest input."""
    mebibytes: float = 0.0
    tally: Tally = field(default_factory=Tally)

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.inputs += 1
        self.endings[outcome.ending] += 1
        if outcome.seconds > self.slowest_s:
            self.slowest_s, self.slowest = outcome.seconds, outcome.number
        self.mebibytes = max(self.mebibytes, outcome.mebibytes)
        self.tally += outcome.tally

    @property
    def faults(self) -> int:
        """How many inputs ended as none must."""
        return sum(self.endings[ending] for ending in FAULTS)

    def to_record(self) -> dict[str, Any]:
        """Return it as a value of JSON."""
        record = asdict(self)
        record["endings"] = dict(sorted(self.endings.items()))
        return {**record, "slowest_s": round(self.slowest_s, 2), "mebibytes": round(self.mebibytes)}


def table(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the counts of all kinds as a Markdown table."""
    heads = ("kind", "inputs", "read", "refused", "tracebacks, crashes", "over 2 s", "slowest", "memory")
    claims = ("claims written", "read", "reported", "lost in silence")
    rows = ["| " + " | ".join((*heads, *claims)) + " |", "|---" * len((*heads, *claims)) + "|"]
    for name, one in kinds.items():
        ends, tally = one["endings"], one["tally"]
        counts = (
            *(one["inputs"], ends.get("read", 0), ends.get("refused", 0), sum(ends.get(end, 0) for end in CRASHED)),
            ends.get("hang", 0),
        )
        cells = [f"{count:,}" for count in counts]
        cells += [f"{one['slowest_s']:.2f} s", f"{one['mebibytes']:,} MiB"]
        told = [f"{tally[key]:,}" for key in ("written", "read", "reported")]
        cells += (
            [*told, f"{ends.get('lost', 0):,}"] if tally["written"] else ["–", "–", "–", f"{ends.get('lost', 0):,}"]
        )
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def totals(counts: Iterable[Count]) -> str:
    """Say all counts in one line."""
    counts = list(counts)
    faults = sum(one.faults for one in counts)
    return f"{sum(one.inputs for one in counts):,} inputs, {faults:,} of them ended as none must"
