"""Query as a tree -> the source of a Python function that runs it: a loop per pattern, a test per filter.

The patterns are put in the order of their joins: what is known is looked up, what is known at both ends is tested, and
filters stand where their variables are first known. EXISTS, UNION, OPTIONAL and nested queries become functions within
the function.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from nesy.checking.loops.aggregating import Rows
from nesy.checking.loops.expressions import Writer
from nesy.checking.loops.module import Module
from nesy.checking.loops.ordering import (
    UNKNOWN,
    check_order,
    cost,
    flat,
    has_exists,
    is_known,
    is_read,
    surely,
)
from nesy.checking.loops.parsing import backwards
from nesy.checking.loops.tree import (
    Aggregate,
    Bind,
    Call,
    Constant,
    Element,
    Exists,
    Expression,
    Filter,
    Group,
    Link,
    Node,
    Optional_,
    Path,
    Pattern,
    Query,
    Union_,
    Unwritten,
    Variable,
    bound_in,
    mentioned,
    names,
)
from nesy.checking.loops.values import walk

Then = Callable[[], None]
_NUMBER_OF = "n_{0} = v_{0}[0] if type(v_{0}) is tuple else None"
"""The line that keeps the numeric value of a variable."""


class Function:
    """Writes one function; names of variables begin with `v_`, those of their numeric values with `n_`."""

    def __init__(self, module: Module, certain: Iterable[str], unsure: Iterable[str] = ()) -> None:
        self.module = module
        self.sure = set(certain)
        """Variables that have a value where the next line stands."""
        self.unsure = set(unsure)
        """Variables that may have one."""
        self.lines: list[str] = []
        self.depth = 1
        self.inner: list[str] = []
        """Functions within this one."""
        self.told: set[str] = set()
        """Of a query: the selected variables, and keys of groups, that have a value in every row."""
        self._writer = Writer(self)

    def whole(self, head: str, first: Sequence[str] = ()) -> list[str]:
        """Return the lines of the function; `first` stands at its beginning."""
        return [head, *first, *(f"    {line}" for line in self.inner), *self.lines]

    # --- queries ---

    def query(self, query: Query, whole: bool = False) -> None:
        """Write what collects the rows of a query in `out`, and returns them; of the whole, for each of the nodes."""
        check_order(query.group)
        self.line("out = []")
        rows = Rows(self, query) if query.aggregates else None
        if whole:
            if rows is not None and "this" not in query.keys:
                raise Unwritten("rows put together without $this")
            self.opens("for v_this in nodes:")
            self._keep_number("this")
        self.group(query.group, (lambda: self._row(query)) if rows is None else rows.collect)
        self.depth = 1
        if rows is not None:
            rows.put_together()
        self.line("return list(dict.fromkeys(out))" if query.distinct else "return out")

    def _row(self, query: Query) -> None:
        if not all(isinstance(value, Variable) for _, value in query.selected):
            raise Unwritten("an expression that is selected")
        told = [self.read(value.name) for _, value in query.selected if isinstance(value, Variable)]
        self.told = {name for name, _ in query.selected if name in self.sure}
        self.line(f"out.append({tuple_of(told)})")

    def truth_of(self, group: Group) -> None:
        """Write what tells whether a group has a solution."""
        check_order(group)
        self.group(group, lambda: self.line("return True"))
        self.line("return False")

    def rows_of(self, groups: Sequence[Group], told: Sequence[str]) -> None:
        """Write what collects the values of some variables, for all solutions of some groups."""
        self.line("out = []")
        for group in groups:
            before = set(self.sure), set(self.unsure)
            self.group(group, lambda: self.line(f"out.append({tuple_of([self.read(name) for name in told])})"))
            self.sure, self.unsure = before
        self.line("return out")

    # --- groups ---

    def group(self, group: Group, then: Then) -> None:
        """Write loops over the solutions of a group, with `then` in the innermost."""
        depth, certain, unsure = self.depth, set(self.sure), set(self.unsure)
        elements = flat(group)
        self._rest(list(elements), bound_in(Group(tuple(elements))), then)
        self.depth, self.sure, self.unsure = depth, certain, unsure

    def _rest(self, waiting: list[Element], own: set[str], then: Then) -> None:
        """Write the elements that wait, those that are ready first."""
        while waiting:
            element = self._next(waiting, own)
            waiting.remove(element)
            match element:
                case Filter(expression):
                    self._filter(expression)
                case Bind(expression, name):
                    self._bind(expression, name)
                case Pattern():
                    self._pattern(element)
                case Union_(groups):
                    self._union(groups)
                case Query():
                    self._nested(element)
                case Optional_(inner):
                    self._optional(inner)
        then()

    def _next(self, waiting: Sequence[Element], own: set[str]) -> Element:
        known = self.sure | self.unsure
        ready = [one for one in waiting if isinstance(one, (Filter, Bind)) and names(one.expression) & own <= known]
        useful = [one for one in ready if isinstance(one, Filter) or is_read(one.name, waiting)]
        light = [one for one in useful if not has_exists(one.expression)]
        if light:
            return light[0]
        queries = [element for element in waiting if isinstance(element, Query)]
        if queries:
            return queries[0]
        patterns = [element for element in waiting if isinstance(element, Pattern)]
        cost_here = partial(cost, known=self.sure)
        best = min(patterns, key=cost_here, default=None)
        if best is not None and cost_here(best) <= 1:
            return best
        if useful:
            return useful[0]
        if best is not None and cost_here(best) < UNKNOWN:
            return best
        for kind in (Union_, Pattern, Optional_):
            for element in waiting:
                if isinstance(element, kind):
                    return element
        if ready:
            return ready[0]
        raise Unwritten("a filter on what is bound elsewhere")

    def _known(self, end: Variable | Constant) -> bool:
        return is_known(end, self.sure)

    # --- elements ---

    def _filter(self, expression: Expression) -> None:
        if isinstance(expression, Call) and expression.name == "&&":
            for one in expression.operands:
                self._filter(one)
            return
        code = self._writer.truth(expression)
        if code.sure:
            self.opens(f"if {code.text}:")
            return
        met = self.module.fresh("t")
        self.tried(f"{met} = {code.text}", f"{met} = False")
        self.opens(f"if {met}:")

    def _bind(self, expression: Expression, name: str) -> None:
        if name in self.sure | self.unsure:
            raise Unwritten(f"?{name}, bound twice")
        code = self._writer.code(expression)
        if code.kind == "number":
            self.tried(f"n_{name} = {code.text}", f"n_{name} = None")
            self.line(f"v_{name} = None if n_{name} is None else numeric(n_{name})")
        else:
            self.tried(f"v_{name} = {self._writer.node(expression)}", f"v_{name} = None")
            self._keep_number(name)
        (self.sure if code.sure else self.unsure).add(name)

    def _pattern(self, pattern: Pattern) -> None:
        for end in (pattern.subject, pattern.object):
            if isinstance(end, Variable) and end.name in self.unsure:
                raise Unwritten(f"?{end.name}, which may be unbound")
        subject, target, path = pattern.subject, pattern.object, pattern.path
        if isinstance(path, Link):
            if path.inverse:
                subject, target = target, subject
            self._link(subject, path.predicate, target)
        else:
            self._walked(subject, path, target)
        for end in (subject, target):
            if isinstance(end, Variable) and end.name not in self.sure:
                self.sure.add(end.name)
                self._keep_number(end.name)

    def _link(self, subject: Variable | Constant, predicate: str, target: Variable | Constant) -> None:
        s, o = self._end(subject), self._end(target)
        match self._known(subject), self._known(target):
            case True, True:
                self.opens(f"if {o} in {self._table(predicate)}.get({s}, ()):")
            case True, False:
                self.opens(f"for {o} in {self._table(predicate)}.get({s}, ()):")
            case False, True:
                self.opens(f"for {s} in backward[{predicate!r}].get({o}, ()):")
            case _:
                several = self.module.fresh("m")
                self.opens(f"for {s}, {several} in {self._table(predicate)}.items():")
                self.opens(f"if {s} in {several}:" if s == o else f"for {o} in {several}:")

    def _walked(self, subject: Variable | Constant, path: Path, target: Variable | Constant) -> None:
        s, o = self._end(subject), self._end(target)
        forwards = self._known(subject)
        if not forwards and not self._known(target):
            raise Unwritten("a path of which no end is known")
        walked = self.module.constant(walk(path if forwards else backwards(path)))
        if forwards and self._known(target):
            self.opens(f"for _ in range({walked}(index, {s}).count({o})):")
        else:
            start, end = (s, o) if forwards else (o, s)
            self.opens(f"for {end} in {walked}(index, {start}):")

    def _union(self, groups: Sequence[Group]) -> None:
        told = sorted(set().union(*map(bound_in, groups)) - self.sure)
        if set(told) & self.unsure:
            raise Unwritten("UNION of what may be unbound")
        name = self._within("u", lambda inner: inner.rows_of(groups, told))
        self._each(told, f"{name}()")
        for one in told:
            everywhere = all(one in surely(group) for group in groups)
            (self.sure if everywhere else self.unsure).add(one)

    def _optional(self, group: Group) -> None:
        told = sorted(bound_in(group) - self.sure)
        if set(told) & self.unsure:
            raise Unwritten("OPTIONAL with what may be unbound")
        name = self._within("o", lambda inner: inner.rows_of([group], told))
        self._each(told, f"({name}() or ({tuple_of(['None'] * len(told))},))")
        self.unsure |= set(told)

    def _nested(self, query: Query) -> None:
        told = [name for name, _ in query.selected]
        name = self.module.fresh("q")
        inner = Function(self.module, {"this"})
        inner.query(query)
        self.inner += inner.whole(f"def {name}():")
        row = {one: self.module.fresh("r") if one in self.sure else f"v_{one}" for one in told}
        if set(told) & self.unsure:
            raise Unwritten("a nested query with what may be unbound")
        self.opens(f"for {tuple_of(list(row.values()))} in {name}():")
        for one, read in row.items():
            if one in self.sure:
                self.opens(f"if {read} == v_{one}:" if one in inner.told else f"if {read} in (None, v_{one}):")
            else:
                self._keep_number(one)
                (self.sure if one in inner.told else self.unsure).add(one)

    # --- what expressions ask for ---

    def read(self, name: str) -> str:
        """Return the Python name of a variable; see `Scope`."""
        return f"v_{name}" if name in self.sure | self.unsure else "None"

    def certain(self, name: str) -> bool:
        """Tell whether a variable has a value for certain; see `Scope`."""
        return name in self.sure

    def value(self, name: str) -> str | None:
        """Return the Python name of its numeric value; see `Scope`."""
        return f"n_{name}" if name in self.module.numbers and name in self.sure | self.unsure else None

    def constant(self, value: object) -> str:
        """Return a Python name for a value; see `Scope`."""
        return self.module.constant(value)

    def exists(self, one: Exists) -> str:
        """Return a Python expression for EXISTS: a look-up where it is one pattern; see `Scope`."""
        if set(mentioned(one.group)) & self.unsure:
            raise Unwritten("EXISTS with what may be unbound")
        short = self._looked_up(one.group)
        if short:
            return short
        return self._within("e", lambda inner: inner.truth_of(one.group)) + "()"

    def aggregate(self, one: Aggregate) -> str:
        """Refuse: rows are not put together here; see `Scope`."""
        raise Unwritten(f"{one.name} within a group")

    def _looked_up(self, group: Group) -> str | None:
        if len(group.elements) != 1 or not isinstance(group.elements[0], Pattern):
            return None
        pattern = group.elements[0]
        if not isinstance(pattern.path, Link) or pattern.path.inverse:
            return None
        s, o, predicate = self._end(pattern.subject), self._end(pattern.object), pattern.path.predicate
        match self._known(pattern.subject), self._known(pattern.object):
            case True, True:
                return f"({o} in {self._table(predicate)}.get({s}, ()))"
            case True, False:
                return f"({s} in {self._table(predicate)})"
            case False, True:
                return f"({o} in backward[{predicate!r}])"
            case _:
                return None

    # --- lines ---

    def line(self, text: str) -> None:
        """Write a line."""
        self.lines.append("    " * self.depth + text)

    def opens(self, text: str) -> None:
        """Write a line in which the next ones stand."""
        self.line(text)
        self.depth += 1

    def tried(self, line: str, otherwise: str) -> None:
        """Write a line, and another for where its expression has no value."""
        self.line("try:")
        self.line("    " + line)
        self.line("except NO_VALUE:")
        self.line("    " + otherwise)

    def _each(self, told: Sequence[str], rows: str) -> None:
        self.opens(f"for {tuple_of([f'v_{one}' for one in told]) if told else '_'} in {rows}:")
        for one in told:
            self._keep_number(one)

    def _within(self, letter: str, write: Callable[["Function"], None]) -> str:
        name = self.module.fresh(letter)
        inner = Function(self.module, self.sure, self.unsure)
        write(inner)
        self.inner += inner.whole(f"def {name}():")
        return name

    def _keep_number(self, name: str) -> None:
        if name in self.module.numbers:
            self.line(_NUMBER_OF.format(name))

    def _table(self, predicate: str) -> str:
        return self.module.table(predicate)

    def _end(self, end: Variable | Constant) -> str:
        if isinstance(end, Variable):
            return f"v_{end.name}"
        return repr(end.node) if isinstance(end.node, str) else self._number(end.node)

    def _number(self, node: Node) -> str:
        return self.module.constant(node)


def tuple_of(written: Sequence[str]) -> str:
    """Write a tuple.

    >>> tuple_of(["a"]), tuple_of([])
    ('(a,)', '()')
    """
    return f"({', '.join(written)}{',' if len(written) == 1 else ''})"
