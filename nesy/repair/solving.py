"""Clauses over choices + costs -> the cheapest choices that meet them all, by weighted MaxSAT (RC2 of python-sat)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions, in_order
from nesy.scene import Count, Entity

MOST_TIED = 64
"""So many cheapest solutions of one component are compared to choose among them."""
_PART = tuple[list[dict[str, str]], bool]


class Problem:
    """What is known so far of what must change; a variable is a choice other than to keep, true when it is made."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self._meaning: dict[int, tuple[str, str]] = {}
        self._number: dict[tuple[str, str], int] = {}
        self._top = 0
        self._clauses: dict[tuple[int, ...], None] = {}
        self._of: dict[str, list[int]] = defaultdict(list)
        self._saying: dict[tuple[str | int | None, ...], list[int]] = defaultdict(list)
        self._counted: set[str] = set()
        self._answers: dict[tuple[tuple[int, ...], ...], _PART] = {}
        """Components that were solved, and how."""
        self._soft: dict[tuple[int, ...], bool] = {}
        """Clauses of violations, which may give way when not all of them can be met: whether each is necessary."""

    # --- variables ---

    def change(self, claim_id: str) -> list[int]:
        """Return the variables of the admissible changes of a claim."""
        return [self._variable(claim_id, change) for change in self.choices.changes(claim_id)]

    def gone(self, claim_id: str) -> int:
        """Return the variable that says that a claim is withdrawn; with an entity goes what hangs on it."""
        return self._variable(claim_id, WITHDRAW)

    def chosen(self, claim_id: str, change: str) -> int:
        """Return the variable that says that this change is made."""
        return self._variable(claim_id, change)

    def weighed(self) -> list[tuple[str, str]]:
        """Return the changes of relations, part states and entities that are being weighed: claim and change."""
        return [key for key in self._number if key[1] not in (WITHDRAW, LISTED)]

    def another(self, claim_id: str, decisions: Decisions) -> list[int]:
        """Return what says that something else becomes of the claim than these decisions have it."""
        now = decisions.get(claim_id)
        return [*self.change(claim_id), self.gone(claim_id)] if now is None else [-self._variable(claim_id, now)]

    def another_category(self, entity: str, decisions: Decisions) -> list[int]:
        """Return what says that the entity has another category than it has by these decisions."""
        now = decisions.get(entity)
        return self.change(entity) if now is None else [-self._variable(entity, now)]

    def _variable(self, claim_id: str, choice: str) -> int:
        key = claim_id, choice
        if key not in self._number:
            self._top += 1
            number = self._number[key] = self._top
            self._meaning[number] = key
            for other in self._of[claim_id]:
                self.require([-number, -other])  # one thing becomes of a claim
            self._of[claim_id].append(number)
            self._add_consequences(claim_id, choice, number)
        return self._number[key]

    def _add_consequences(self, claim_id: str, choice: str, number: int) -> None:
        claim = self.choices.claims[claim_id]
        if choice == WITHDRAW:
            for hanging in self.choices.hanging.get(claim_id, ()):
                self.require([-number, self.gone(hanging)])
        elif choice == LISTED:
            assert isinstance(claim, Count), "only a count can be set to what is listed"
            # A second count of the category would then say the same, or something false.
            for count in self.choices.scene.counts:
                if count.id != claim_id and self._same_category(count, claim):
                    self.require([-number, self.gone(count.id)])
        elif not isinstance(claim, Entity):
            said = self.choices.says(claim_id, choice)
            for other in self._saying[said]:
                self.require([-number, -other])  # two claims do not come to say the same
            self._saying[said].append(number)

    def _same_category(self, one: Count, other: Count) -> bool:
        node = self.choices.ontology.node
        return node("category", one.category) == node("category", other.category)

    # --- what must hold ---

    def require(self, literals: Iterable[int]) -> bool:
        """Add a clause: one of the literals holds. Tell whether it is new."""
        clause = tuple(sorted(set(literals), key=lambda literal: (abs(literal), literal)))
        if clause in self._clauses:
            return False
        self._clauses[clause] = None
        return True

    def object_to(self, literals: Iterable[int], necessary: bool = True) -> bool:
        """Add the clause of a violation, which gives way if not all such clauses can be met. Tell whether it is new.

        Args:
            necessary: False for a clause that only says what may help; it gives way first.
        """
        clause = tuple(sorted(set(literals), key=lambda literal: (abs(literal), literal)))
        self._soft[clause] = necessary
        return self.require(clause)

    def must_agree(self, count: Count) -> bool:
        """Require that a count, as long as it is kept, is the number of entities of its category. Tell whether new."""
        from pysat.card import CardEnc, EncType

        if count.id in self._counted:
            return False
        self._counted.add(count.id)
        staying: list[int] = []
        for entity in self.choices.scene.entities:
            inside = self.choices.belongs(entity.category, count.category)
            crossing = [
                variable
                for variable, change in zip(self.change(entity.id), self.choices.changes(entity.id), strict=True)
                if self.choices.belongs(change, count.category) != inside
            ]
            if inside:
                crossing.append(self.gone(entity.id))
            if crossing:
                moves = self._any_of(crossing)
                staying.append(-moves if inside else moves)
            elif inside:
                raise AssertionError("an entity that is counted can be withdrawn")
        unless = [*self.change(count.id), self.gone(count.id)]
        if count.value > len(staying):
            return self.object_to(unless)
        if staying:
            encoding = CardEnc.equals(staying, bound=count.value, top_id=self._top, encoding=EncType.seqcounter)
            self._top = max(self._top, encoding.nv)
            for clause in encoding.clauses:
                self.object_to([*clause, *unless])
        return True

    def _any_of(self, variables: Sequence[int]) -> int:
        """Return a variable that holds when, and only when, one of these does."""
        if len(variables) == 1:
            return variables[0]
        self._top += 1
        whether = self._top
        self.require([-whether, *variables])
        for variable in variables:
            self.require([whether, -variable])
        return whether

    # --- solving ---

    def cheapest(self) -> tuple[list[dict[str, str]], bool]:
        """Return decisions of least cost, the preferred ones first, and whether every clause could be met.

        Independent components are solved apart; the list holds the preferred solution of all, then those that differ
        from it in one component. Where not all clauses of violations can be met, as few as possible are left unmet.
        """
        chosen: dict[str, str] = {}
        others: list[tuple[dict[str, str], dict[str, str]]] = []
        met = True
        for clauses in self._components():
            solutions, all_met = self._solved(clauses)
            met &= all_met
            chosen |= solutions[0]
            others += [(solutions[0], other) for other in solutions[1:]]
        return [
            chosen,
            *({k: v for k, v in chosen.items() if k not in first} | other for first, other in others),
        ], met

    def _components(self) -> list[list[tuple[int, ...]]]:
        """Group the clauses that share variables, directly or through others."""
        parent = list(range(self._top + 1))

        def root(variable: int) -> int:
            while parent[variable] != variable:
                parent[variable] = parent[parent[variable]]
                variable = parent[variable]
            return variable

        for clause in self._clauses:
            for literal in clause[1:]:
                parent[root(abs(literal))] = root(abs(clause[0]))
        groups: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for clause in self._clauses:
            groups[root(abs(clause[0]))].append(clause)
        # what asks for nothing is met by changing nothing
        return [group for group in groups.values() if not all(any(literal < 0 for literal in c) for c in group)]

    def _solved(self, clauses: Sequence[tuple[int, ...]]) -> _PART:
        key = tuple(clauses)
        if key not in self._answers:
            solutions, met = self._search(clauses, ()), True
            if not solutions:
                soft = [clause for clause in clauses if clause in self._soft]
                solutions, met = self._search([clause for clause in clauses if clause not in self._soft], soft), False
            self._answers[key] = solutions, met
        return self._answers[key]

    def _search(self, hard: Sequence[tuple[int, ...]], soft: Sequence[tuple[int, ...]]) -> list[dict[str, str]]:
        """Return all cheapest solutions, at most `MOST_TIED`, the preferred one first; none if `hard` cannot be met.

        Preferred is the one whose edits, sorted by claim and choice, come last: earlier claims tend to stay.
        """
        from pysat.examples.rc2 import RC2Stratified
        from pysat.formula import WCNF

        formula = WCNF()
        formula.extend(hard)
        variables = sorted({abs(literal) for clause in (*hard, *soft) for literal in clause} & self._meaning.keys())
        total = 1
        for variable in variables:
            weight = self.choices.cost(*self._meaning[variable])
            formula.append([-variable], weight=weight)
            total += weight
        for clause in soft:
            formula.append(clause, weight=total * (len(soft) + 1) if self._soft[clause] else total)
        found: list[list[int]] = []
        with RC2Stratified(formula) as solver:
            least: int | None = None
            while len(found) < MOST_TIED and (model := solver.compute()) is not None:
                least = solver.cost if least is None else least
                if solver.cost > least:
                    break
                true = {literal for literal in model if literal > 0}
                edits = [variable for variable in variables if variable in true]
                found.append(edits)
                if not edits or soft:
                    break
                solver.add_clause([-variable for variable in edits])
        solutions = [dict(self._meaning[variable] for variable in edits) for edits in found]
        return sorted(solutions, key=_by_edits, reverse=True)


def _by_edits(decisions: Decisions) -> list[tuple[tuple[tuple[int, int, str], ...], str]]:
    return sorted((in_order(claim_id), choice) for claim_id, choice in decisions.items())
