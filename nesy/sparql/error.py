"""What is said of a text that is no SPARQL query."""


class SparqlError(ValueError):
    """A text that is no SPARQL query: what stands where, and what would be right."""

    def __init__(self, text: str, place: int, reason: str) -> None:
        self.place = min(place, len(text))
        """In characters."""
        self.reason = reason
        self.line = text.count("\n", 0, self.place) + 1
        self.column = self.place - text.rfind("\n", 0, self.place)
        super().__init__(f"line {self.line}, column {self.column}: {reason}")
