"""One line for everything in a reply that was dropped or read differently; bounded."""

from collections.abc import Sequence

from nesy.perception.json_text import MAX_CHARS
from nesy.turns import Reply

MAX_PROBLEMS = 100


class Problems:
    """Collects one line for everything that was dropped; bounded, with the rest counted."""

    def __init__(self, reply: Reply | None = None) -> None:
        self._lines: list[str] = [] if reply is None else list(reply.problems)
        if reply is not None and len(reply.text) > MAX_CHARS:
            self.add(f"the reply has {len(reply.text)} characters; only the first {MAX_CHARS} are read")

    def add(self, line: str) -> None:
        """Note one line."""
        self._lines.append(line)

    def extend(self, lines: Sequence[str]) -> None:
        """Note several lines."""
        self._lines.extend(lines)

    def listed(self) -> tuple[str, ...]:
        """Return the lines; of those beyond the first 100, only how many there are."""
        if len(self._lines) <= MAX_PROBLEMS:
            return tuple(self._lines)
        return (*self._lines[:MAX_PROBLEMS], f"and {len(self._lines) - MAX_PROBLEMS} further problems")
