"""Clauses over choices + costs -> the cheapest choices that meet them all, by weighted MaxSAT (RC2 of python-sat)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from nesy.repair.cardinality import counter
from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions, in_order
from nesy.scene import Count, Entity

if TYPE_CHECKING:
    from pysat.examples.rc2 import RC2

MOST_TIED = 64
"""So many cheapest solutions of one component are told at most."""
_PART = tuple[list[dict[str, str]], bool]
Admits = Callable[[str, str], bool]
"""Whether a change of a claim may mend what is to be mended."""
_EDIT_ORDER = tuple[tuple[tuple[int, int, str], ...], str]


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
        self._told: dict[int, int] = {}
        """What a variable costs where that is not the price of its choice."""
        self._answers: dict[tuple[tuple[int, ...], ...], _PART] = {}
        """Components that were solved, and how."""
        self._soft: dict[tuple[int, ...], bool] = {}
        """Clauses of violations, which may give way when not all of them can be met: whether each is necessary."""

    # --- variables ---

    def change(self, claim_id: str, admits: Admits | None = None) -> list[int]:
        """Return the variables of the changes of a claim; of those alone that `admits` does, where it is given."""
        changes = self.choices.changes(claim_id)
        return [self._variable(claim_id, change) for change in changes if admits is None or admits(claim_id, change)]

    def gone(self, claim_id: str) -> int:
        """Return the variable that says that a claim is withdrawn; with an entity goes what hangs on it."""
        return self._variable(claim_id, WITHDRAW)

    def another(self, claim_id: str, decisions: Decisions, admits: Admits | None = None) -> list[int]:
        """Return what says that something else becomes of the claim than these decisions have it."""
        now = decisions.get(claim_id)
        return (
            [*self.change(claim_id, admits), self.gone(claim_id)] if now is None else [-self._variable(claim_id, now)]
        )

    def another_category(self, entity: str, decisions: Decisions, admits: Admits | None = None) -> list[int]:
        """Return what says that the entity has another category than it has by these decisions."""
        now = decisions.get(entity)
        return self.change(entity, admits) if now is None else [-self._variable(entity, now)]

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
        if choice == WITHDRAW:
            for hanging in self.choices.hanging.get(claim_id, ()):
                self.require([-number, self.gone(hanging)])
            return
        claim = self.choices.claims[claim_id]
        if choice == LISTED:
            assert isinstance(claim, Count), "only a count can be set to what is listed"
            # A second count of the category would then say the same, or something false.
            for count in self.choices.counts:
                if count.id != claim_id and self.choices.same_category(count, claim):
                    self.require([-number, self.gone(count.id)])
        elif not isinstance(claim, Entity):
            said = self.choices.says(claim_id, choice)
            for other in self._saying[said]:
                self.require([-number, -other])  # two claims do not come to say the same
            self._saying[said].append(number)

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
        if count.id in self._counted:
            return False
        self._counted.add(count.id)
        going: list[list[int]] = []
        coming: list[list[int]] = []
        for entity in self.choices.entities:
            inside = self.choices.belongs(entity.category, count.category)
            crossing = [
                variable
                for variable, change in zip(self.change(entity.id), self.choices.changes(entity.id), strict=True)
                if self.choices.belongs(change, count.category) != inside
            ]
            if inside:
                going.append([*crossing, self.gone(entity.id)])
            elif crossing:
                coming.append(crossing)
        unless = [*self.change(count.id), self.gone(count.id)]
        gone, come, surplus = self._numbers(going), self._numbers(coming), len(going) - count.value
        # as many go as come, and the surplus: at least so many go if, and only if, so many less the surplus come
        for number in range(min(1, 1 + surplus), max(len(gone), len(come) + surplus) + 1):
            enough, with_these = _at_least(gone, number), _at_least(come, number - surplus)
            for one, other in ((enough, with_these), (with_these, enough)):
                if one is not False and other is not True:
                    denied = [] if one is True else [-one]
                    self.object_to([*denied, *([] if other is False else [other]), *unless])
        return True

    def _numbers(self, moves: Sequence[Sequence[int]]) -> tuple[int, ...]:
        """Return the variables that say that at least one, two ... entities move; each moves by one of its choices.

        What the choices of an entity cost at least is from now on told by the number of those that move.
        """
        least = [min(self._left(choice) for choice in choices) for choices in moves]
        order = sorted(range(len(moves)), key=lambda place: least[place])
        found = counter([self._any_of(moves[place]) for place in order], [least[place] for place in order], self._top)
        for clause in found.clauses:
            self.require(clause)
        self._told.update(found.costs)
        for place, choices in enumerate(moves):
            for choice in choices:
                self._told[choice] = self._left(choice) - least[place]
        self._top += len(moves) * (len(moves) + 1) // 2
        return found.at_least

    def _left(self, variable: int) -> int:
        """Return what a variable costs by itself, beside what is told by numbers."""
        if variable not in self._told:
            return self.choices.cost(*self._meaning[variable]) if variable in self._meaning else 0
        return self._told[variable]

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
            solutions, met = self._plain(clauses) or self._search(clauses, ()), True
            if not solutions:
                soft = [clause for clause in clauses if clause in self._soft]
                solutions, met = self._search([clause for clause in clauses if clause not in self._soft], soft), False
            self._answers[key] = solutions, met
        return self._answers[key]

    def _plain(self, clauses: Sequence[tuple[int, ...]]) -> list[dict[str, str]]:
        """Return what `_search` would where one clause asks for an edit, and its cheapest edit is enough; else nothing.

        Every solution has one of the edits of that clause, and each costs something: none is cheaper than the cheapest.
        """
        asking = [clause for clause in clauses if min(clause) > 0]
        if len(asking) != 1 or any(abs(literal) not in self._meaning for clause in clauses for literal in clause):
            return []
        costs = {edit: self._left(edit) for edit in asking[0]}
        least = min(costs.values())
        enough = [
            edit
            for edit, cost in costs.items()
            if cost == least > 0
            and all(any(one == edit or (one < 0 and one != -edit) for one in clause) for clause in clauses)
        ]
        enough.sort(key=lambda edit: _edit_order(*self._meaning[edit]), reverse=True)
        return [self._decided([edit]) for edit in enough]

    def _search(self, hard: Sequence[tuple[int, ...]], soft: Sequence[tuple[int, ...]]) -> list[dict[str, str]]:
        """Return all cheapest solutions, at most `MOST_TIED`, the preferred one first; none if `hard` cannot be met.

        Preferred is the one whose edits, sorted by claim and choice, come last: earlier claims tend to stay.
        """
        from pysat.examples.rc2 import RC2Stratified
        from pysat.formula import WCNF

        formula = WCNF()
        formula.extend(hard)
        used = {abs(literal) for clause in (*hard, *soft) for literal in clause}
        variables = sorted(used & self._meaning.keys())
        total = 1
        for variable in sorted(used):
            if weight := self._left(variable):
                formula.append([-variable], weight=weight)
                total += weight
        for clause in soft:
            formula.append(clause, weight=total * (len(soft) + 1) if self._soft[clause] else total)
        found: list[frozenset[int]] = []
        with RC2Stratified(formula) as solver:
            solver.oracle.solver.use_timer = False  # two system calls for every question, and nobody reads the times
            if (model := solver.compute(expect_interrupt=True)) is None:
                return []
            least = solver.cost
            found.append(self._preferred(solver, variables, model))
            while found[-1] and not soft and len(found) < MOST_TIED:
                solver.add_clause([-variable for variable in sorted(found[-1])])
                if (model := solver.compute(expect_interrupt=True)) is None or solver.cost > least:
                    break
                found.append(frozenset(model).intersection(variables))
        return [self._decided(edits) for edits in found]

    def _preferred(self, solver: "RC2", variables: Iterable[int], model: Iterable[int]) -> frozenset[int]:
        """Return the preferred one of all cheapest solutions: the earliest edit is spared that can be, and so on.

        Args:
            solver: it has computed the least cost, so that what it assumes now admits the solutions of that cost alone.
            variables: those of edits.
            model: one of these solutions.
        """
        ordered = sorted(variables, key=lambda edit: _edit_order(*self._meaning[edit]))
        inside = solver.vmap.e2i
        assumed = [*solver.sels, *solver.sums]
        solution = frozenset(model).intersection(ordered)
        for edit in ordered:
            if edit in solution and solver.oracle.solve_limited(
                assumptions=[*assumed, -inside[edit]], expect_interrupt=True
            ):
                true = set(solver.oracle.get_model())
                solution = frozenset(one for one in ordered if inside[one] in true)
            assumed.append(inside[edit] if edit in solution else -inside[edit])
        return solution

    def _decided(self, edits: Iterable[int]) -> dict[str, str]:
        return dict(self._meaning[edit] for edit in sorted(edits))


def _edit_order(claim_id: str, choice: str) -> _EDIT_ORDER:
    return in_order(claim_id), choice


def _at_least(counted: Sequence[int], number: int) -> int | bool:
    """Return the variable that says that at least so many hold, or what is known of it without one."""
    return number <= 0 or (number <= len(counted) and counted[number - 1])
