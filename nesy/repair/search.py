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

Of any other rule, of a user's own, the text does not show what a violation hangs on. It is found by leaving out what
can be left out while the violation stays (`nesy.repair.cores`). Where more claims never mend the rule
(`nesy.repair.rule_sight`), what is left breaks it in any scene that has it, so the clause is necessary. Where they may,
the clause says what may help, and if an edit brought the violation about, that one of the edits is taken back: the
result is consistent all the same, but is not called the cheapest.

What is admitted. A claim comes to say something else only where somebody said so (`nesy.repair.meant`), and a category
mends a rule only if the rule still sees the thing: one of which it names a class that the thing would lose, and which
no look has for likelier, is in no clause of that rule. The cheapest is meant among what is admitted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from nesy.analysis import Edit
from nesy.checking import GivenScene, Rules, check, given_scene, prepare
from nesy.ontology import Ontology
from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions
from nesy.repair.cores import Cores, OfRule, of_rules
from nesy.repair.edits import edits_of
from nesy.repair.meant import Meant, Named
from nesy.repair.prices import SCALE
from nesy.repair.rule_sight import Sight, sight_of
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
    scene: GivenScene,
    rules: Rules | Check | None = None,
    ontology: Ontology | None = None,
    *,
    verdict: Verdict | None = None,
    violations_of: Violations | None = None,
    reach: Reach | None = None,
    chances: Mapping[str, float] | None = None,
    named: Named | None = None,
    invent: bool = False,
    pack: Rules | None = None,
) -> Repaired:
    """Return the scene after the cheapest edits that leave no violation: as a rule claims and attributes withdrawn.

    A consistent scene is returned as it is. Nothing is added that was not perceived; boxes are never changed. A count
    is set to what is listed. A claim comes to say something else only where the model named it or a look supports it;
    an entity may get a wider word where a rule asks for one (`dog` for `puppy`). No category is changed to get out of
    a rule's sight.

    Of repairs of one cost the one is taken whose edits, sorted by claim, come last, so that earlier claims
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
        scene: what is to be made consistent: a scene, the path of its JSON file, or the data of it.
        rules: the rules, or any checker in their place (Scene -> Verdict), which is asked of the scene (unless
            `verdict` is given) and of the result; the shipped rules if None.
        ontology: where admissible changes come from; the shipped one if None.
        verdict: of `scene`, where it is known already; saves one check.
        violations_of: a faster checker that tells the violations alone, for what is tried on the way.
        reach: IRI -> whose categories a violation of the rule hangs on beside the claims it names (`subject`, `object`,
            `entity` of these), or None for a rule that looks beyond them (`Rules.reach`). Rules that are not in it
            hang on the claims they name and on all of their categories, where no `pack` is given.
        chances: a statement in words of the scene -> the chance that it is true, of what was looked at; in the prices
            it stands in place of the confidence. What a look supports a claim may come to say.
        named: id of a claim -> the changes of it that the model itself named, as it named them: another predicate,
            state or category, or `swap`.
        invent: whether a claim may come to say what nobody said; such an edit is marked `invented`.
        pack: the rules that a checker applies, where it stands in their place: their text tells what a change would
            take out of their sight. Of rules that are not in it nothing is known.

    Raises:
        InputError: what is given is no scene.
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    known = Ontology.default() if ontology is None else ontology
    scene = given_scene(scene)
    if rules is None or isinstance(rules, Rules):
        pack = Rules.load() if rules is None else rules
        verdict_of: Check = partial(check, rules=pack, ontology=known)
        violations_of = violations_of or partial(_violations, rules=pack, ontology=known)
    else:
        verdict_of = rules
    if pack is not None and reach is None:
        reach = pack.grave.reach
    verdict = verdict_of(scene) if verdict is None else verdict
    if not verdict.violations:
        return Repaired(scene, verdict, ())
    sight = _blind if pack is None else partial(sight_of, pack.grave)
    widened = _in_demand(scene, verdict.violations, sight)
    meant = Meant(scene, known, chances or {}, named or {}, widened, invent=invent)
    search = _Search(
        Choices(scene, known, chances or {}, meant),
        verdict_of,
        violations_of,
        None if pack is None else of_rules(pack, known),
        reach or {},
        sight,
    )
    return search.run(verdict)


def _blind(_rule: str) -> None:
    """Tell nothing of a rule: of those behind a checker no text is known."""


def _in_demand(scene: Scene, violations: Sequence[Finding], sight: Callable[[str], Sight | None]) -> frozenset[str]:
    """Return the entities that rules speak of which say what must be there: a wider word may be what they want."""
    claims = {claim.id: claim for claim in scene.claims()}
    found: set[str] = set()
    for finding in violations:
        seen = sight(finding.rule)
        if seen is not None and seen.demands:
            named = [claims[one] for one in finding.claims if one in claims]
            found |= {claim.id for claim in named} | {end for claim in named for end in _at_ends(claim, _ALL_ENDS)}
    return frozenset(found)


def _violations(scene: Scene, rules: Rules, ontology: Ontology | None) -> tuple[Finding, ...]:
    return prepare(scene, ontology, rules).findings(rules.grave)


class _Search:
    """One repair on its way."""

    def __init__(
        self,
        choices: Choices,
        verdict_of: Callable[[Scene], Verdict],
        violations_of: Violations | None,
        of_rule: OfRule | None,
        reach: Reach,
        sight: Callable[[str], Sight | None],
    ) -> None:
        self._choices = choices
        self._problem = Problem(choices)
        self._verdict_of = verdict_of
        self._violations_of = violations_of
        self._cores = Cores(choices, of_rule)
        self._reach = reach
        self._sight = sight
        self._else: Collection[str] | None = _ALL_ENDS if of_rule is None else None
        """What is taken of a rule of which nothing is known: a checker is taken at its word, unless a pack is there."""
        self._all_local = all(ends is not None for rule, ends in reach.items() if rule != COUNT_RULE)
        self._necessary = True
        """Whether every clause so far is known to be necessary."""
        self._reasons: dict[str, Finding] = {}
        self._first: frozenset[Finding] = frozenset()

    def run(self, verdict: Verdict) -> Repaired:
        decisions: dict[str, str] = {}
        candidates: list[dict[str, str]] = [decisions]
        violations = self._all(verdict, self._choices.scene)
        self._first = frozenset(violations)
        rounds, met = 0, True
        while self._object(violations, decisions) and rounds < ROUNDS:
            candidates, met = self._problem.cheapest()
            decisions, rounds = candidates[0], rounds + 1
            verdict, violations = self._checked(decisions)
        if rounds == ROUNDS and violations:
            decisions, verdict = self._withdrawn(decisions, verdict)
            candidates = [decisions]
        optimal = (verdict.consistent or bool(verdict.why_unknown)) and self._necessary and met
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
            literals, sure = self._clause(finding, standing, decisions)
            if not literals or not sure:
                # It looks beyond what is known: something else might mend it, so the clause may lose the cheapest.
                self._necessary = sure = False
                if finding not in self._first:  # an edit brought it about
                    literals += [literal for claim in decisions for literal in self._problem.another(claim, decisions)]
            if literals:
                new |= self._problem.object_to(literals, sure)
        return new

    def _clause(self, finding: Finding, standing: Sequence[Claim], decisions: Decisions) -> tuple[list[int], bool]:
        """Return what would have to be another for the finding to go, and whether one of it must be in every repair.

        Necessary: as long as the claims named and the categories within reach are as they are now, a local rule is
        broken, and a rule that grows as long as there is a core. So one of them is another in every repair, and a
        clause that says so loses none.
        """
        ends = self._reach.get(finding.rule, self._else)
        if ends is not None:
            return [literal for one in standing for literal in self._against(one, decisions, ends, finding)], True
        seen = self._sight(finding.rule)
        grows = seen is not None and seen.grows
        said = [claim for claim in standing if not isinstance(claim, Entity)]
        if said:  # whoever wrote the rule says which claims are in conflict
            ids = {claim.id for claim in said} | {end for claim in said for end in _at_ends(claim, _ALL_ENDS)}
            sure = grows and self._cores.stays(finding, decisions, ids)
            return [literal for one in said for literal in self._against(one, decisions, _ALL_ENDS, finding)], sure
        if not finding.claims and not grows:
            return [], False  # to take things away until a rule is content that wants something is no repair
        parts = self._cores.core(finding, decisions, grows=grows)
        literals: list[int] = []
        for part in self._cores.near(standing, decisions) if parts is None else parts:
            self._reasons.setdefault(part, finding)
            literals += self._problem.another(part, decisions, partial(self._admits, finding))
        return literals, grows and parts is not None

    def _against(self, claim: Claim, decisions: Decisions, ends: Collection[str], finding: Finding) -> list[int]:
        """Return what says that a claim, or a category that matters, is no longer as it is by these decisions."""
        admits = partial(self._admits, finding)
        literals = self._problem.another(claim.id, decisions, admits)
        for entity in _at_ends(self._choices.after(claim, decisions), ends):
            literals += self._problem.another_category(entity, decisions, admits)
        if decisions.get(claim.id) == LISTED:  # its number hangs on every entity
            for entity_claim in self._choices.entities:
                literals += self._problem.another(entity_claim.id, decisions)
        return literals

    def _admits(self, finding: Finding, claim_id: str, change: str) -> bool:
        """Tell whether a change may mend a finding: not by taking a thing out of the sight of the rule."""
        seen = self._sight(finding.rule)
        if seen is None or not self._choices.evades(claim_id, change):
            return True
        if change in self._choices.wider(claim_id) and not seen.demands:
            return False
        return not seen.loses(self._choices.lost(claim_id, change))

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
        return verdict, self._all(verdict, scene)

    def _all(self, verdict: Verdict, scene: Scene) -> Sequence[Finding]:
        """Return all violations of a scene: a verdict tells so many of each rule alone."""
        if verdict.more and self._violations_of is not None:
            return self._violations_of(scene)
        return verdict.violations

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
                    set_right = finding.rule == COUNT_RULE and LISTED in self._choices.changes(least)
                    choice = LISTED if set_right and after.get(least) != LISTED else WITHDRAW
                    after |= dict.fromkeys(gone, choice)
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
