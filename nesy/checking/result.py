"""What an engine says of a node that breaks a shape, before it is told as a finding."""

from dataclasses import dataclass

from rdflib.term import Node

from nesy.verdict import Severity


@dataclass(frozen=True)
class Result:
    """One result of the validation report."""

    shape: Node
    focus: Node
    value: Node | None
    path: Node | None
    message: str
    """With its variables filled in or not; empty: that of the rule."""
    severity: Severity | None = None
    """That of the shape itself; None: it states none, and has that of the rule."""
