"""Query as a tree -> the source of a Python function that runs it: a loop per pattern, a test per filter.

The patterns are put in the order of their joins: what is known is looked up, what is known at both ends is tested, and
filters stand where their variables are first known. EXISTS, UNION, OPTIONAL and nested queries become functions within
the function.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from nesy.checking.loops.expression_code import Writer
from nesy.checking.loops.function_body import Body, is_cut, tuple_of
from nesy.checking.loops.group_rows import Rows
from nesy.checking.loops.join_order import (
    UNKNOWN,
    check_order,
    cost,
    flat,
    has_exists,
    is_known,
    is_read,
    surely,
)
from nesy.checking.loops.module import Module
from nesy.checking.loops.nodes import Node, Unsupported, constant_node
from nesy.checking.loops.path_walks import walk
from nesy.sparql.path_parser import backwards
from nesy.sparql.tree import (
    Aggregate,
    Bind,
    Call,
    Element,
    Exists,
    Expression,
    Filter,
    Group,
    Iri,
    Link,
    Literal,
    Optional_,
    Path,
    Pattern,
    Query,
    Term,
    Union_,
    Values,
    Variable,
)
from nesy.sparql.variable_scope import bound_in, grouped, mentioned, names

Then = Callable[[], None]
_NUMBER_OF = "n_{0} = v_{0}[0] if type(v_{0}) is tuple else None"
"""The line that keeps the numeric value of a variable."""


class Function(Body):
    """Writes one function."""

    def __init__(self, module: Module, certain: Iterable[str], unsure: Iterable[str] = ()) -> None:
        super().__init__(module, certain, unsure)
        self._writer = Writer(self)

    # --- queries ---

    def query(self, query: Query, whole: bool = False) -> None:
        """Write what collects the rows of a query in `out`, and returns them; of the whole, for each of the nodes."""
        if whole and is_cut(query):
            self._one_by_one(query)
            return
        check_order(query.group)
        self.line("out = []")
        rows = Rows(self, query) if grouped(query) else None
        if whole:
            if rows is not None and "this" not in rows.keys:
                raise Unsupported("rows put together without $this")
            self.opens("for v_this in nodes:")
            self._keep_number("this")
        self.group(query.group, (lambda: self._row(query)) if rows is None else rows.collect)
        self.depth = 1
        if rows is not None:
            rows.put_together()
        if is_cut(query) and query.order:
            self.line(f"out = in_order(out, {tuple_of([repr(one.descending) for one in query.order])})")
        found = "list(dict.fromkeys(out))" if query.distinct else "out"
        if is_cut(query):
            end = "" if query.limit is None else str(query.offset + query.limit)
            found += f"[{query.offset}:{end}]"
        self.line(f"return {found}")

    def _one_by_one(self, query: Query) -> None:
        """Write what finds so many rows for each of the nodes."""
        name = self.module.fresh("q")
        inner = Function(self.module, {"this"})
        inner._keep_number("this")
        inner.query(query)
        self.inner += inner.whole(f"def {name}(v_this):")
        self.line(f"return [row for node in nodes for row in {name}(node)]")

    def _row(self, query: Query) -> None:
        told = []
        for _, value in query.selected:
            assert isinstance(value, Variable), "what is selected is bound beforehand"
            told.append(self.read(value.name))
        self.told = {name for name, _ in query.selected if name in self.sure}
        self.line(f"out.append({self.keyed(query, self._writer, tuple_of(told))})")

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
                case Values():
                    self._values(element)
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
        queries = [element for element in waiting if isinstance(element, (Query, Values))]
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
        raise Unsupported("a filter on what is bound elsewhere")

    def _known(self, end: Term) -> bool:
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
            raise Unsupported(f"?{name}, bound twice")
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
                raise Unsupported(f"?{end.name}, which may be unbound")
        subject, target, path = pattern.subject, pattern.object, pattern.path
        if isinstance(path, Variable):
            self._any(subject, path, target)
        elif isinstance(path, Link):
            if path.inverse:
                subject, target = target, subject
            self._link(subject, self._table(path), f"backward[{f'<{path.iri}>'!r}]", target)
        else:
            self._walked(subject, path, target)
        self._have(subject, target)

    def _have(self, *ends: Term) -> None:
        for end in ends:
            if isinstance(end, Variable) and end.name not in self.sure:
                self.sure.add(end.name)
                self._keep_number(end.name)

    def _any(self, subject: Term, predicate: Variable, target: Term) -> None:
        """Write loops over a pattern with any predicate."""
        name = predicate.name
        if name in self.unsure:
            raise Unsupported(f"?{name}, which may be unbound")
        if name in (getattr(subject, "name", None), getattr(target, "name", None)):
            raise Unsupported(f"?{name} as a predicate and as what it leads to")
        if name not in self.sure:
            self.opens(f"for v_{name} in tuple(index.known):")
            self._have(predicate)
        self._link(subject, f"forward[v_{name}]", f"backward[v_{name}]", target)

    def _link(self, subject: Term, forward: str, backward: str, target: Term) -> None:
        s, o = self._end(subject), self._end(target)
        match self._known(subject), self._known(target):
            case True, True:
                self.opens(f"if {o} in {forward}.get({s}, ()):")
            case True, False:
                self.opens(f"for {o} in {forward}.get({s}, ()):")
            case False, True:
                self.opens(f"for {s} in {backward}.get({o}, ()):")
            case _:
                several = self.module.fresh("m")
                self.opens(f"for {s}, {several} in {forward}.items():")
                self.opens(f"if {s} in {several}:" if s == o else f"for {o} in {several}:")

    def _walked(self, subject: Term, path: Path, target: Term) -> None:
        s, o = self._end(subject), self._end(target)
        forwards = self._known(subject)
        if not forwards and not self._known(target):  # it may begin at anything there is
            self.opens(f"for {s} in index.nodes():")
            self._have(subject)
            forwards = True
        walked = self.module.constant(walk(path if forwards else backwards(path)))
        if forwards and self._known(target):
            self.opens(f"for _ in range({walked}(index, {s}).count({o})):")
        else:
            start, end = (s, o) if forwards else (o, s)
            self.opens(f"for {end} in {walked}(index, {start}):")

    def _union(self, groups: Sequence[Group]) -> None:
        told = sorted(set().union(*map(bound_in, groups)) - self.sure)
        if set(told) & self.unsure:
            raise Unsupported("UNION of what may be unbound")
        name = self._within("u", lambda inner: inner.rows_of(groups, told))
        self._each(told, f"{name}()")
        for one in told:
            everywhere = all(one in surely(group) for group in groups)
            (self.sure if everywhere else self.unsure).add(one)

    def _optional(self, group: Group) -> None:
        told = sorted(bound_in(group) - self.sure)
        if set(told) & self.unsure:
            raise Unsupported("OPTIONAL with what may be unbound")
        name = self._within("o", lambda inner: inner.rows_of([group], told))
        self._each(told, f"({name}() or ({tuple_of(['None'] * len(told))},))")
        self.unsure |= set(told)

    def _values(self, values: Values) -> None:
        if any(None in row for row in values.rows):
            raise Unsupported("VALUES with UNDEF")
        if set(values.names) & self.unsure:
            raise Unsupported("VALUES of what may be unbound")
        rows = [tuple(constant_node(term) for term in row if term is not None) for row in values.rows]
        read = [self.module.fresh("r") if name in self.sure else f"v_{name}" for name in values.names]
        self.opens(f"for {tuple_of(read) if read else '_'} in {self.module.constant(rows)}:")
        for name, one in zip(values.names, read, strict=True):
            if name in self.sure:
                self.opens(f"if {one} == v_{name}:")
        self._have(*map(Variable, values.names))

    def _nested(self, query: Query) -> None:
        told = [name for name, _ in query.selected]
        name = self.module.fresh("q")
        inner = Function(self.module, {"this"})
        inner.query(query)
        self.inner += inner.whole(f"def {name}():")
        row = {one: self.module.fresh("r") if one in self.sure else f"v_{one}" for one in told}
        if set(told) & self.unsure:
            raise Unsupported("a nested query with what may be unbound")
        self.opens(f"for {tuple_of(list(row.values()))} in {name}():")
        for one, read in row.items():
            if one in self.sure:
                self.opens(f"if {read} == v_{one}:" if one in inner.told else f"if {read} in (None, v_{one}):")
            else:
                self._keep_number(one)
                (self.sure if one in inner.told else self.unsure).add(one)

    # --- what expressions ask for ---

    def exists(self, one: Exists) -> str:
        """Return a Python expression for EXISTS: a look-up where it is one pattern; see `Scope`."""
        if set(mentioned(one.group)) & self.unsure:
            raise Unsupported("EXISTS with what may be unbound")
        short = self._looked_up(one.group)
        if short:
            return short
        return self._within("e", lambda inner: inner.truth_of(one.group)) + "()"

    def aggregate(self, one: Aggregate) -> str:
        """Refuse: rows are not put together here; see `Scope`."""
        raise Unsupported(f"{one.name} within a group")

    def _looked_up(self, group: Group) -> str | None:
        if len(group.elements) != 1 or not isinstance(group.elements[0], Pattern):
            return None
        pattern = group.elements[0]
        if not isinstance(pattern.path, Link) or pattern.path.inverse:
            return None
        s, o = self._end(pattern.subject), self._end(pattern.object)
        match self._known(pattern.subject), self._known(pattern.object):
            case True, True:
                return f"({o} in {self._table(pattern.path)}.get({s}, ()))"
            case True, False:
                return f"({s} in {self._table(pattern.path)})"
            case False, True:
                return f"({o} in backward[{f'<{pattern.path.iri}>'!r}])"
            case _:
                return None

    # --- lines ---

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

    def _table(self, link: Link) -> str:
        return self.module.table(f"<{link.iri}>")

    def _end(self, end: Term) -> str:
        if isinstance(end, Variable):
            return f"v_{end.name}"
        assert isinstance(end, (Iri, Literal)), "blank nodes are variables here"
        node = constant_node(end)
        return repr(node) if isinstance(node, str) else self._number(node)

    def _number(self, node: Node) -> str:
        return self.module.constant(node)
