"""A violation -> the few parts of the scene that it hangs on, found by leaving out all the others.

A rule need not say which claims are in conflict: what can be left out while the violation stays has no part in it. What
is left is a core: none of it can be spared. Found by halves, then by quarters and so on, down to single parts.
"""

from collections.abc import Callable, Collection, Sequence
from functools import cache

from nesy.checking import Rules, prepare
from nesy.ontology import Ontology
from nesy.repair.choices import WITHDRAW, Choices, Decisions
from nesy.scene import Claim, Scene
from nesy.verdict import Finding

MOST_CHECKED = 60_000
"""So many claims are checked at most for the cores of one repair, those of one scene after the other."""
_ONE_CHECK = 10
"""What a check takes beside its claims, told as claims."""

OfRule = Callable[[str, Scene], Sequence[Finding]]
"""What one rule, by its IRI, finds in a scene."""


def core(parts: Sequence[str], broken: Callable[[frozenset[str]], bool]) -> list[str]:
    """Return parts of which none can be left out; all of them where the violation needs all.

    Args:
        parts: what may be left out; those first in the list are left out first.
        broken: whether the violation is still there with these parts alone; it is with all of them.

    >>> core(["a", "b", "c", "d"], lambda left: {"b", "d"} <= left)
    ['b', 'd']
    """
    kept, step = list(parts), max(1, len(parts) // 2)
    while True:
        place = 0
        while place < len(kept):
            fewer = kept[:place] + kept[place + step :]
            if broken(frozenset(fewer)):
                kept = fewer
            else:
                place += step
        if step == 1:
            return kept
        step //= 2


def of_rules(rules: Rules, ontology: Ontology) -> OfRule:
    """Return what asks one of the rules alone; all inferences are run."""

    @cache
    def alone(rule: str) -> Rules:
        return rules.only(rule)

    known = {rule.iri for rule in rules}
    return lambda rule, scene: prepare(scene, ontology, rules).findings(alone(rule)) if rule in known else ()


class Cores:
    """The cores of the violations of one scene; parts are claims and attributes, by their ids."""

    def __init__(self, choices: Choices, of_rule: OfRule | None) -> None:
        """Take the scene with its choices; without what asks a rule alone there is no core."""
        self._choices = choices
        self._of_rule = of_rule
        self._checked = 0

    def core(self, finding: Finding, decisions: Decisions, *, grows: bool = True) -> list[str] | None:
        """Return the parts of which none can be left out while a finding stays; None where that was not found out.

        Args:
            finding: of the scene after the decisions.
            decisions: what became of the claims so far.
            grows: whether more claims never mend its rule. Where they may, as with "one of the two, not both", the
                parts of which each alone ends it are told as well: of the core they need not be.
        """
        claims = self._choices.claims
        near = self.near([claims[one] for one in finding.claims if one in claims], decisions)
        for some in (near, self._standing(decisions)):
            if some and self.stays(finding, decisions, some):
                found = core(some, lambda left: self.stays(finding, decisions, left))
                if not grows:
                    found += [one for one in some if one not in found and self._ends(finding, decisions, some, one)]
                return found if self._checked <= MOST_CHECKED else None
        return None

    def stays(self, finding: Finding, decisions: Decisions, left: Collection[str]) -> bool:
        """Tell whether a finding is there with these parts alone; False once too much was checked."""
        self._checked += _ONE_CHECK + len(left)
        if self._of_rule is None or self._checked > MOST_CHECKED:
            return False
        gone = {part: WITHDRAW for part in self._standing(decisions) if part not in left}
        found = self._of_rule(finding.rule, self._choices.applied({**decisions, **gone}))
        return any((one.claims, one.focus) == (finding.claims, finding.focus) for one in found)

    def _ends(self, finding: Finding, decisions: Decisions, some: Sequence[str], without: str) -> bool:
        return not self.stays(finding, decisions, [one for one in some if one != without])

    def near(self, named: Sequence[Claim], decisions: Decisions) -> list[str]:
        """Return what is left of some claims, of what they are about, and of what is said of that."""
        ends = {one.id for one in named} | {end for one in named for end in self._choices.about(one.id)}
        hanging = {one for end in ends for one in self._choices.hanging.get(end, ())}
        ends |= hanging | {end for one in hanging for end in self._choices.about(one)}
        return [part for part in self._standing(decisions) if part in ends or ends.intersection(self._whole(part))]

    def _standing(self, decisions: Decisions) -> list[str]:
        """Return the parts that are left by these decisions."""
        parts = (*self._choices.claims, *self._choices.attributes)
        gone = {part for part, choice in decisions.items() if choice == WITHDRAW}
        return [part for part in parts if gone.isdisjoint((part, *self._choices.about(part), *self._whole(part)))]

    def _whole(self, part: str) -> tuple[str, ...]:
        """Return the entity of which a part is an attribute, if it is one."""
        found = self._choices.attributes.get(part)
        return () if found is None else (found[0].id,)
