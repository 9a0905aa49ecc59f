"""What a rule says of itself."""

from dataclasses import dataclass
from pathlib import Path

from nesy.verdict import Severity


@dataclass(frozen=True)
class Rule:
    """One SHACL shape with a target, and what it says of itself.

    >>> import nesy
    >>> (rule,) = nesy.Rules.load().only("SelfRelation")
    >>> isinstance(rule, nesy.Rule), rule.severity, rule.message
    (True, 'violation', '{?subject} cannot be related to itself: {?predicate}.')
    """

    iri: str
    name: str
    message: str
    """A sentence with `{?variables}`; filled in, it is what the model is sent."""
    why: str
    source: str
    severity: Severity
    path: Path
    circle_of: str = ""
    """How one relation is told where the results are relations in circles (nesy:circleOf); mostly empty."""
    within: tuple[Severity, ...] = ()
    """Other severities, of property shapes within the rule that state one of their own."""
