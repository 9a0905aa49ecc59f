"""Finding: one rule broken at one place. Verdict: all findings of a scene, as `nesy.verdict/1`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["violation", "warning", "info"]


class Finding(BaseModel):
    """One rule, broken at one focus, with the exact claims that are in conflict."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    """IRI of the rule."""
    name: str
    severity: Severity
    focus: str
    """Id of the entity or claim that the rule was checked at."""
    claims: tuple[str, ...]
    """Ids of the claims in conflict, sorted; an entity's id stands for the claims about the entity itself."""
    message: str
    """A plain sentence with the entities named."""


class Verdict(BaseModel):
    """What the rules say about one scene; `consistent` means no finding of severity `violation`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.verdict/1"] = Field(default="nesy.verdict/1", alias="schema")
    consistent: bool
    findings: tuple[Finding, ...] = ()
    unknown_labels: tuple[str, ...] = ()

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that make the scene inconsistent."""
        return tuple(f for f in self.findings if f.severity == "violation")

    def to_json(self, indent: int | None = None) -> str:
        """Return the verdict as `nesy.verdict/1` JSON."""
        return self.model_dump_json(by_alias=True, indent=indent)
