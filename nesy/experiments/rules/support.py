"""rules/measured.json, which ships with the rules -> what is known of each rule's support and false alarms."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy import assets
from nesy.errors import InputError, KnowledgeError
from nesy.scene import read_json

FILE = "measured.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Measure(_Frozen):
    """What one rule did on the ground truth of one data set."""

    graphs: int
    """How many the data set has."""
    reached: int
    """Graphs in which the rule's preconditions hold: its support."""
    fired: int
    """Graphs that it flags: its false alarms."""
    rate: float
    """`fired` over `graphs`, in [0, 1]."""


class Measured(_Frozen):
    """The measures of a rule pack, as `nesy.measured/1`."""

    schema_: Literal["nesy.measured/1"] = Field(default="nesy.measured/1", alias="schema")
    command: str
    """What measured it."""
    commit: str
    """Of the checkout."""
    rules: dict[str, dict[str, Measure]]
    """IRI of a rule -> data set -> measure."""

    def to_json(self) -> str:
        """Return the measures as JSON, a rule a line."""
        rows = [
            f"  {json.dumps(iri)}: {json.dumps({name: one.model_dump() for name, one in sets.items()})}"
            for iri, sets in sorted(self.rules.items())
        ]
        head = self.model_dump_json(by_alias=True, exclude={"rules"}).removesuffix("}")
        return f'{head},\n "rules": {{\n' + ",\n".join(rows) + "\n}}\n"


def measures(iri: str) -> Mapping[str, Measure]:
    """Return data set -> measure of one rule; empty when the rule was not measured, as a user's own.

    Raises:
        KnowledgeError: the file of this installation cannot be read.
    """
    return _measured().get(iri, {})


@cache
def _measured() -> Mapping[str, Mapping[str, Measure]]:
    path = assets.rules() / FILE
    if not path.is_file():
        return {}
    try:
        return read_json(Measured, path.read_text(encoding="utf-8"), str(path)).rules
    except (OSError, InputError) as error:
        raise KnowledgeError(f"{path}: cannot be read ({error})") from None
