"""Flags, and what is wrong -> precision, recall and F1 of the flags, beside the share that is wrong anyway."""

from pydantic import BaseModel, ConfigDict


class Detection(BaseModel):
    """How well flags find what people hold for wrong. Shares are in [0, 1]; `+` adds up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: int = 0
    """Flagged, and wrong by the label."""
    false: int = 0
    """Flagged, and not wrong."""
    missed: int = 0
    """Not flagged, and wrong."""
    passed: int = 0
    """Not flagged, and not wrong."""

    @classmethod
    def of(cls, flagged: bool, wrong: bool) -> "Detection":
        """Return the count of one item."""
        return cls(
            right=flagged and wrong,
            false=flagged and not wrong,
            missed=wrong and not flagged,
            passed=not wrong and not flagged,
        )

    def __add__(self, other: "Detection") -> "Detection":
        return Detection(
            right=self.right + other.right,
            false=self.false + other.false,
            missed=self.missed + other.missed,
            passed=self.passed + other.passed,
        )

    @property
    def items(self) -> int:
        """How many there are."""
        return self.right + self.false + self.missed + self.passed

    @property
    def precision(self) -> float:
        """Share of the flags that are right; 1 where nothing is flagged.

        >>> Detection(right=3, false=1, missed=3).precision
        0.75
        """
        flagged = self.right + self.false
        return self.right / flagged if flagged else 1.0

    @property
    def recall(self) -> float:
        """Share of what is wrong that is flagged; 1 where nothing is wrong."""
        wrong = self.right + self.missed
        return self.right / wrong if wrong else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there was nothing to flag and nothing was.

        >>> Detection(right=1, false=1, missed=1).f1
        0.5
        """
        half = self.false + self.missed
        return 2 * self.right / (2 * self.right + half) if self.right + half else 1.0

    @property
    def base_rate(self) -> float:
        """Share that is wrong: the precision of flagging everything, or at random."""
        return (self.right + self.missed) / self.items if self.items else 0.0

    def summary(self) -> dict[str, float | int]:
        """Return counts and rounded shares, as results files hold them."""
        shares = {"precision": self.precision, "recall": self.recall, "f1": self.f1, "base_rate": self.base_rate}
        return {**self.model_dump(), **{name: round(value, 4) for name, value in shares.items()}}
