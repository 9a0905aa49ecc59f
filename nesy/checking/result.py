"""What an engine says of a node that breaks a shape, before it is told as a finding."""

from dataclasses import dataclass

from rdflib.term import Node


@dataclass(frozen=True)
class Result:
    """One result of the validation report."""

    shape: Node
    focus: Node
    value: Node | None
    path: Node | None
    message: str
