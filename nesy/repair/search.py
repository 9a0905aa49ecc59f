"""Scene + a checker -> the cheapest scene without violations, every edit with its price, and whether it is so.

Check; turn every violation into a clause over choices; let a MaxSAT solver find the cheapest choices that meet all
clauses; apply them and check again, until nothing is violated. What an edit breaks is found by the check that follows.

Why the result is the cheapest. Let a repair be a set of choices, one for each claim, after which the checker finds no
violation. Every clause is necessary: no repair fails it (below). So the set of repairs is a part of the set of choices
that meet the clauses found so far, and the least cost over the larger set is a lower bound. The solver finds a member
of the larger set of exactly that cost; the last one has passed the check, so it is a repair, and its cost is the
bound. Costs are whole numbers, so there is no rounding in this.

Why a clause is necessary. A rule is local when its violation hangs on the claims it names and the categories of the
entities these are about, and on nothing else of the scene (`nesy.checking.locality` reads that off its text and off the
inferences). As long as all of them are as they are now the rule is broken, so each repair has something else become of
one of them: that is the clause. Of a circle one shortest is named; it is a circle whatever else there is. To withdraw
an entity takes along what hangs on it; the clause contains that, for then the claim named goes. An entity that no
clause names is never worth withdrawing: withdrawing only the claims that hang on it meets the same clauses for less.

The one rule of the pack that is not local is the one that compares a count with the list; what it
demands is known and is added whole: the count is given up, or set to what is listed, or the entities that remain of its
category are as many as it says. So a retraction that makes a count wrong is met by all that could have caused it.

For any other rule, of a user's own, the clause says that a named claim changes or, if an edit brought the violation
about, that one of the edits is taken back. The result is consistent all the same, but is not called the cheapest.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nesy.analysis import Edit
from nesy.checking import Rules, check, prepare
from nesy.ontology import Ontology
from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions
from nesy.repair.edits import edits_of
from nesy.repair.prices import SCALE
from nesy.repair.solver import Problem
from nesy.scene import Claim, Count, Entity, Scene
from nesy.verdict import Finding, Verdict

COUNT_RULE = "https://w3id.org/nesy/rules#CountMismatch"
"""The rule that compares a count with the entities that the scene lists."""
ROUNDS = 100
"""So often the solver is asked at most; then whatever is violated is withdrawn, which is not called the cheapest."""
_TIES_TRIED = 8
"""So many solutions of the same cost are checked at most, to say whether there is another cheapest repair."""

Check = Callable[[Scene], Verdict]
Violations = Callable[[Scene], Sequence[Finding]]
Reach = Mapping[str, Collection[str] | None]
_ALL_ENDS = ("subject", "object", "entity")


@dataclass(frozen=True)
class Repaired:
    """The scene after the repair, what the rules say of it, and every change, sorted by claim.

    >>> import nesy
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> scene = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")], relations=[on_itself])
    >>> repaired: Repaired = nesy.repair(scene)
    >>> repaired.optimal, repaired.ties, repaired.unrepairable, len(repaired.scene.relations)
    (True, False, (), 0)
    """

    scene: Scene
    verdict: Verdict
    edits: tuple[Edit, ...]
    optimal: bool = True
    """Whether no cheaper set of edits leaves no violation; False where that is not known, or something is left."""
    ties: bool | None = False
    """Whether other edits of the same cost do as well; None where that was not settled."""
    rounds: int = 0
    """How often the solver was asked."""

    @property
    def unrepairable(self) -> tuple[Finding, ...]:
        """Violations that are left: they name no claim that could be changed, or contradict one another."""
        return self.verdict.violations

    @property
    def cost(self) -> float:
        """The sum of the edits' costs, in nats."""
        return sum(round(edit.cost * SCALE) for edit in self.edits) / SCALE


def repair(
    scene: Scene,
    rules: Rules | Check | None = None,
    ontology: Ontology | None = None,
    *,
    verdict: Verdict | None = None,
    violations_of: Violations | None = None,
    reach: Reach | None = None,
    chances: Mapping[str, float] | None = None,
) -> Repaired:
    """Return the scene after the cheapest edits that leave no violation: withdraw, relabel, swap, set a count.

    A consistent scene is returned as it is. Nothing is added that was not perceived; boxes and attributes are never
    changed. Of repairs of one cost the one is taken whose edits, sorted by claim, come last, so that earlier claims
    tend to stay; the order of claims in the scene does not matter. Where violations cannot all be mended (a rule that
    names no claim, rules that contradict each other), as many as can be are, and the verdict tells the others.

    >>> import nesy
    >>> cup, table = nesy.Entity(id="cup_1", category="cup"), nesy.Entity(id="dining_table_1", category="dining table")
    >>> on = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="dining_table_1", confidence=0.9)
    >>> under = nesy.Relation(id="r2", subject="dining_table_1", predicate="on", object="cup_1", confidence=0.4)
    >>> repaired = nesy.repair(nesy.Scene(entities=[cup, table], relations=[on, under]))
    >>> [(edit.claim, edit.op) for edit in repaired.edits], repaired.verdict.consistent
    ([('r2', 'withdraw')], True)

    Args:
        scene: what is to be made consistent.
        rules: the rules, or any checker in their place (Scene -> Verdict), which is asked of the scene (unless
            `verdict` is given) and of the result; the shipped rules if None.
        ontology: where admissible changes come from; the shipped one if None.
        verdict: of `scene`, where it is known already; saves one check.
        violations_of: a faster checker that tells the violations alone, for what is tried on the way.
        reach: IRI -> whose categories a violation of the rule hangs on beside the claims it names (`subject`, `object`,
            `entity` of these), or None for a rule that looks beyond them (`Rules.reach`). Rules that are not in it
            hang on the claims they name and on all of their categories.
        chances: a statement in words of the scene -> the chance that it is true, of what was looked at; in the prices
            it stands in place of the confidence.

    Raises:
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    if rules is None or isinstance(rules, Rules):
        pack = Rules.load() if rules is None else rules
        verdict_of: Check = partial(check, rules=pack, ontology=ontology)
        if violations_of is None:
            violations_of = partial(_violations, rules=pack, ontology=ontology)
        reach = pack.grave.reach if reach is None else reach
    else:
        verdict_of = rules
    verdict = verdict_of(scene) if verdict is None else verdict
    if not verdict.violations:
        return Repaired(scene, verdict, ())
    search = _Search(
        Choices(scene, Ontology.default() if ontology is None else ontology, chances or {}),
        verdict_of,
        violations_of,
        reach or {},
    )
    return search.run(verdict)


def _violations(scene: Scene, rules: Rules, ontology: Ontology | None) -> tuple[Finding, ...]:
    return prepare(scene, ontology, rules).findings(rules.grave)


class _Search:
    """One repair on its way."""

    def __init__(
        self,
        choices: Choices,
        verdict_of: Callable[[Scene], Verdict],
        violations_of: Violations | None,
        reach: Reach,
    ) -> None:
        self._choices = choices
        self._problem = Problem(choices)
        self._verdict_of = verdict_of
        self._violations_of = violations_of
        self._reach = reach
        self._all_local = all(ends is not None for rule, ends in reach.items() if rule != COUNT_RULE)
        self._necessary = True
        """Whether every clause so far is known to be necessary."""
        self._reasons: dict[str, Finding] = {}
        self._first: frozenset[Finding] = frozenset()

    def run(self, verdict: Verdict) -> Repaired:
        decisions: dict[str, str] = {}
        candidates: list[dict[str, str]] = [decisions]
        violations: Sequence[Finding] = verdict.violations
        self._first = frozenset(violations)
        rounds, met = 0, True
        while self._object(violations, decisions) and rounds < ROUNDS:
            candidates, met = self._problem.cheapest()
            decisions, rounds = candidates[0], rounds + 1
            verdict, violations = self._checked(decisions)
        if rounds == ROUNDS and violations:
            decisions, verdict = self._withdrawn(decisions, verdict)
            candidates = [decisions]
        optimal = verdict.consistent and self._necessary and met
        ties = self._tied(candidates, decisions) if optimal else None
        return Repaired(
            scene=self._choices.applied(decisions),
            verdict=verdict,
            edits=edits_of(self._choices, decisions, self._reasons),
            optimal=optimal,
            ties=ties,
            rounds=rounds,
        )

    # --- from violations to clauses ---

    def _object(self, violations: Sequence[Finding], decisions: Decisions) -> bool:
        """Add the clauses of the violations; tell whether any is new, so that solving again may help."""
        new = False
        for finding in violations:
            named = [self._choices.claims[claim] for claim in finding.claims if claim in self._choices.claims]
            standing = [claim for claim in named if decisions.get(claim.id) != WITHDRAW]
            for claim in standing:
                self._reasons.setdefault(claim.id, finding)
            # The count rule looks at the whole list: an entity that it does not name may go, and the count is right. A
            # clause over what it names would forbid that repair, so what the rule demands is added whole.
            if finding.rule == COUNT_RULE and len(standing) == 1 and isinstance(standing[0], Count):
                new |= self._problem.must_agree(standing[0])
                continue
            # Necessary: as long as the claims named and the categories within reach are as they are now, a local rule
            # is broken. So one of them is another in every repair, and a clause that says so loses none.
            ends, sure = self._reach.get(finding.rule, _ALL_ENDS), True
            literals = [literal for claim in standing for literal in self._against(claim, decisions, ends or ())]
            if not literals or ends is None:
                # It looks beyond what it names: something else might mend it, so the clause may lose the cheapest.
                self._necessary = sure = False
                if finding not in self._first:  # an edit brought it about
                    literals += [literal for claim in decisions for literal in self._problem.another(claim, decisions)]
            if literals:
                new |= self._problem.object_to(literals, sure)
        return new

    def _against(self, claim: Claim, decisions: Decisions, ends: Collection[str]) -> list[int]:
        """Return what says that a claim, or a category that matters, is no longer as it is by these decisions."""
        literals = self._problem.another(claim.id, decisions)
        for entity in _at_ends(self._choices.after(claim, decisions), ends):
            literals += self._problem.another_category(entity, decisions)
        if decisions.get(claim.id) == LISTED:  # its number hangs on every entity
            for entity_claim in self._choices.entities:
                literals += self._problem.another(entity_claim.id, decisions)
        return literals

    # --- checking ---

    def _checked(self, decisions: Decisions) -> tuple[Verdict, Sequence[Finding]]:
        """Return what the rules say after these decisions; the verdict is of use only if nothing is violated.

        The fast check comes first where a change may well break something, of the claims near a change alone where
        that will mostly do: what it finds spares the full check, which has the last word.
        """
        scene = self._choices.applied(decisions)
        changes = set(decisions.values()) - {WITHDRAW, LISTED}
        if self._violations_of is not None and changes:
            some = scene if self._choices.touches_counts(decisions) else self._choices.near(scene, decisions)
            if 2 * len(list(some.claims())) <= len(list(scene.claims())) and (violations := self._violations_of(some)):
                return Verdict(consistent=False, findings=tuple(violations)), violations
        verdict = self._verdict_of(scene)
        return verdict, verdict.violations

    def _only_less(self, decisions: Decisions) -> bool:
        """Tell whether no rule can be newly broken: claims are only withdrawn, and no rule misses them."""
        withdrawn = all(choice == WITHDRAW for choice in decisions.values())
        return withdrawn and self._all_local and not self._choices.touches_counts(decisions)

    def _tied(self, candidates: Sequence[Decisions], chosen: Decisions) -> bool | None:
        """Tell whether one of the other solutions of the same cost is a repair too."""
        check = self._violations_of or (lambda scene: self._verdict_of(scene).violations)
        others = [other for other in candidates if other != chosen]
        if any(self._only_less(other) for other in others):
            return True
        if any(not check(self._choices.applied(other)) for other in others[:_TIES_TRIED]):
            return True
        return None if len(others) > _TIES_TRIED else False

    # --- when solving does not end ---

    def _withdrawn(self, decisions: Decisions, verdict: Verdict) -> tuple[dict[str, str], Verdict]:
        """Withdraw the cheapest claim of each violation in turn, until none is left that names a claim."""
        self._necessary = False
        after = dict(decisions)
        while True:
            verdict = self._verdict_of(self._choices.applied(after))
            for finding in verdict.violations:
                standing = [c for c in finding.claims if c in self._choices.claims and after.get(c) != WITHDRAW]
                if standing:
                    least = min(standing, key=lambda claim: (self._price(claim), claim))
                    gone = (least, *self._choices.hanging.get(least, ())) if self._is_entity(least) else (least,)
                    after |= dict.fromkeys(gone, WITHDRAW)
                    self._reasons[least] = finding
                    break
            else:
                return after, verdict

    def _is_entity(self, claim_id: str) -> bool:
        return isinstance(self._choices.claims[claim_id], Entity)

    def _price(self, claim_id: str) -> int:
        hanging = self._choices.hanging.get(claim_id, ()) if self._is_entity(claim_id) else ()
        return sum(self._choices.cost(claim, WITHDRAW) for claim in (claim_id, *hanging))


def _at_ends(claim: Claim, ends: Collection[str]) -> list[str]:
    """Return the entities that stand at these ends of a claim.

    >>> from nesy.scene import Relation
    >>> _at_ends(Relation(id="r1", subject="cup_1", predicate="on", object="table_1"), ("object", "entity"))
    ['table_1']
    """
    return [entity for end in _ALL_ENDS if end in ends and isinstance(entity := getattr(claim, end, None), str)]
