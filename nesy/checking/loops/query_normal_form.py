"""Query as it was written -> the same query in fewer words: what loops are made of.

Brackets are gone, statements are patterns one by one, a path of several steps is as many patterns, blank nodes are
variables of their own, `NOT IN` and `NOT EXISTS` are denials, and what is selected, put together or grouped by is a
variable, bound at the end of the group.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nesy.checking.loops.nodes import Unsupported
from nesy.sparql.tree import (
    Aggregate,
    Bind,
    Blank,
    Bracket,
    Call,
    Element,
    Exists,
    Expression,
    Filter,
    Group,
    Key,
    Minus,
    Named,
    Optional_,
    Path,
    Pattern,
    Query,
    Steps,
    Term,
    Triples,
    Union_,
    Values,
    Variable,
)
from nesy.sparql.variable_scope import bound_by, bound_in, grouped, names, parts


def normal_form(query: Query, text: str) -> Query:
    """Return the query in fewer words.

    Args:
        text: of the query; no new variable has a name of those in it.

    Raises:
        Unsupported: it holds something that does not become loops.
    """
    used = set(_NAME.findall(text))  # more than there are, where a text spells one: the new ones are new all the more
    for name in used:
        if not name.isascii():  # Python takes some letters for others: `ﬁ` and `fi` are one name to it
            raise Unsupported(f"?{name}, a name beyond ASCII")
    return _Writer(used).query(query)


_NONE: frozenset[str] = frozenset()
_NAME = re.compile(r"[?$](\w+)")


def _renamed(expression: Expression, others: Mapping[str, Variable]) -> Expression:
    match expression:
        case Variable(name):
            return others.get(name, expression)
        case Call(_, operands):
            return replace(expression, operands=tuple(_renamed(one, others) for one in operands))
        case _:
            return expression


class _Writer:
    def __init__(self, used: set[str]) -> None:
        self._used = used
        self._blank: dict[str, Variable] = {}
        self._fresh = 0

    def _new(self) -> Variable:
        self._fresh += 1
        while f"between_{self._fresh}" in self._used:
            self._fresh += 1
        return Variable(f"between_{self._fresh}")

    # --- queries ---

    def query(self, query: Query) -> Query:
        if query.sources:
            raise Unsupported("FROM")
        elements = list(self._elements(query.group))
        if query.values is not None:
            if grouped(query):
                raise Unsupported("VALUES behind groups")
            elements.append(query.values)
        keys = [self._key(key, elements) for key in query.keys]
        in_groups = grouped(query)

        def outside(expression: Expression) -> Expression:
            return self._expression(expression, elements if in_groups else None)

        selected = [(name, outside(value)) for name, value in query.selected]
        if not in_groups:
            for place, (name, value) in enumerate(selected):
                if not isinstance(value, Variable):
                    elements.append(Bind(value, name))
                    selected[place] = (name, Variable(name))
        having = [outside(one) for one in query.having]
        return replace(
            query,
            group=self._seen(Group(tuple(elements))),
            selected=tuple(selected),
            template=query.template,
            keys=tuple(keys),
            having=(Call("&&", tuple(having)),) if len(having) > 1 else tuple(having),
            order=tuple(replace(one, expression=outside(one.expression)) for one in query.order),
            values=None,
        )

    def _key(self, key: Key, elements: list[Element]) -> Key:
        if isinstance(key.expression, Variable):
            return key
        name = key.name or self._new().name
        elements.append(Bind(self._expression(key.expression), name))
        return Key(Variable(name), name)

    # --- groups ---

    def _group(self, group: Group) -> Group:
        return Group(tuple(self._elements(group)))

    def _elements(self, group: Group) -> Iterable[Element]:
        for element in group.elements:
            match element:
                case Triples(patterns, inner):
                    for one in (*patterns, *inner):
                        yield from self._pattern(one)
                case Filter(expression):
                    yield Filter(self._expression(expression))
                case Bind(expression, name):
                    yield Bind(self._expression(expression), name)
                case Optional_(inner_group):
                    yield Optional_(self._group(inner_group))
                case Union_(groups):
                    yield self._union(groups)
                case Values():
                    yield element
                case Query():
                    yield self.query(element)
                case Minus():
                    raise Unsupported("MINUS")
                case Named(keyword):
                    raise Unsupported(keyword)

    def _union(self, groups: tuple[Group, ...]) -> Element:
        told = [self._group(one) for one in groups]
        only = told[0].elements
        if len(told) == 1 and len(only) == 1 and isinstance(only[0], Query):
            return only[0]
        return Union_(tuple(told))

    def _pattern(self, one: Pattern) -> Iterable[Pattern]:
        subject, target = self._end(one.subject), self._end(one.object)
        steps: tuple[Path | Variable, ...] = one.path.paths if isinstance(one.path, Steps) else (one.path,)
        for step in steps[:-1]:
            between = self._new()
            yield Pattern(subject, step, between)
            subject = between
        yield Pattern(subject, steps[-1], target)

    def _end(self, term: Term) -> Term:
        if not isinstance(term, Blank):
            return term
        if term.label not in self._blank:
            self._blank[term.label] = self._new()
        return self._blank[term.label]

    # --- what expressions see ---

    def _seen(self, group: Group, hidden: frozenset[str] = _NONE, lent: frozenset[str] = _NONE) -> Group:
        """Write a group in which no expression names a variable that has a value only elsewhere.

        Loops within loops see all variables around them. In SPARQL a filter sees those of its own group alone, and BIND
        those before it; to them, all others have no value. So these are given names that nothing binds.

        Args:
            hidden: what is bound around the group; $this is always known.
            lent: what its filters see all the same: those of OPTIONAL see what stands before it.
        """
        own, before = frozenset(bound_in(group)), frozenset({"this"})
        found: list[Element] = []
        for element in group.elements:
            match element:
                case Filter(expression):
                    found.append(Filter(self._without(expression, hidden - own - lent)))
                case Bind(expression, name):
                    found.append(Bind(self._without(expression, (hidden | own) - before), name))
                case Optional_(inner):
                    found.append(Optional_(self._seen(inner, (hidden | own) - {"this"}, before)))
                case Union_(groups):
                    others = {name for one in group.elements if one is not element for name in bound_by(one)}
                    around = (hidden | others) - {"this"}
                    found.append(Union_(tuple(self._seen(one, around) for one in groups)))
                case _:
                    found.append(element)
            before |= bound_by(element)
        return Group(tuple(found))

    def _without(self, expression: Expression, unseen: frozenset[str]) -> Expression:
        gone = names(expression) & unseen
        if not gone or any(isinstance(part, Exists) for part in parts(expression)):
            return expression  # what stands under EXISTS is left as it is, and refused later
        return _renamed(expression, {name: self._new() for name in gone})

    # --- expressions ---

    def _expression(self, expression: Expression, elements: list[Element] | None = None) -> Expression:
        """Write an expression; `elements` are those of the group whose rows its aggregates put together."""
        match expression:
            case Bracket(inner):
                return self._expression(inner, elements)
            case Call("NOT IN", operands):
                return Call("!", (Call("IN", tuple(self._expression(one, elements) for one in operands)),))
            case Call(name, operands, distinct):
                if distinct:
                    raise Unsupported("a function with DISTINCT")
                return Call(name, tuple(self._expression(one, elements) for one in operands))
            case Exists(group, denied):
                found = Exists(self._seen(self._group(group)))
                return Call("!", (found,)) if denied else found
            case Aggregate(_, operand) if operand is not None and not isinstance(operand, Variable):
                inner_one = self._expression(operand)
                if isinstance(inner_one, Variable):
                    return replace(expression, operand=inner_one)
                if elements is None or any(isinstance(part, Aggregate) for part in parts(inner_one)):
                    raise Unsupported(f"{expression.name} of an expression")
                name = self._new().name
                elements.append(Bind(inner_one, name))
                return replace(expression, operand=Variable(name))
            case _:
                return expression
