"""What was measured on a GPU -> the page's table."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

RESULTS = Path("results/gpu.json")
NOT_MEASURED = "*Not measured yet: no GPU was at hand; `make gpu` measures it.*"
SOONER, OF_FLOOR, CONSTRAINED = 10.0, 0.7, 0.03
"""Wanted: a later turn's first token so many times sooner; the share of the floor; what a grammar may cost."""


class Speed(BaseModel):
    """One size on one card."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: str
    parameters: int
    device: str
    dtype: str
    prompt_tokens: int
    first_token_s: float
    """Of a picture that is new: its preparation, the tower, the prompt."""
    later_token_s: float
    """Of a later turn about it, from the kept image."""
    bandwidth_gb_s: float
    """Of the memory, read and written, in a copy of a large tensor."""
    floor_ms: float
    """Of a token: the bytes of the decoder's weights and of the cache by that bandwidth."""
    constrained_ms: float
    """Of a token under a grammar, as nesy writes it."""
    free_ms: float
    """Of a token without one, by the same steps."""
    static_ms: float | None
    """Of a token with a static cache and a CUDA graph (transformers' `generate`); None on a CPU."""
    peak_gib: float | None
    """Of the GPU's memory."""

    @property
    def sooner(self) -> float:
        """How many times sooner a later turn begins."""
        return self.first_token_s / self.later_token_s

    @property
    def of_floor(self) -> float:
        """The share of what the memory allows that is reached, by the faster of the two ways."""
        return self.floor_ms / min(self.constrained_ms, self.static_ms or self.constrained_ms)

    @property
    def grammar_costs(self) -> float:
        """What the grammar adds to a token, as a share."""
        return self.constrained_ms / self.free_ms - 1.0


def table(record: dict[str, Any]) -> str:
    """Return what was measured beside what is wanted, as Markdown."""
    head = (
        "| sizes, random weights | card | first token | of a later turn | times sooner | a token | without a grammar "
        "| the grammar costs | static cache | floor | share of it | memory |\n" + "|---" * 12 + "|"
    )
    rows = [head]
    for one in map(Speed.model_validate, record["measured"]):
        static = "-" if one.static_ms is None else f"{one.static_ms:.2f} ms"
        memory = "-" if one.peak_gib is None else f"{one.peak_gib:.1f} GiB"
        rows.append(
            f"| {one.shape} ({one.parameters / 1e9:.2f} B), {one.dtype} | {one.device} | {one.first_token_s:.3f} s "
            f"| {one.later_token_s:.4f} s | {one.sooner:.1f} | {one.constrained_ms:.2f} ms | {one.free_ms:.2f} ms "
            f"| {one.grammar_costs:+.1%} | {static} | {one.floor_ms:.2f} ms ({one.bandwidth_gb_s:.0f} GB/s) "
            f"| {one.of_floor:.0%} | {memory} |"
        )
    wanted = (
        f"Wanted: {SOONER:.0f} times sooner, {OF_FLOOR:.0%} of the floor, {CONSTRAINED:.0%} at most for the grammar."
    )
    return "\n".join([*rows, "", wanted]) + "".join(f"\n\nNot run: {s} ({w})." for s, w in record["not_run"].items())


def gpu_text(path: Path = RESULTS) -> str:
    """Return the table of the page; a line that says so where nothing has been measured."""
    return table(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else NOT_MEASURED
