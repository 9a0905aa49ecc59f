"""Words of a SPARQL text -> property paths."""

from dataclasses import replace

from nesy.sparql.term_parser import Words
from nesy.sparql.tree import RDF_TYPE, Choice, Excluded, Link, Path, Repeated, Span, Steps, Variable

_REPEATED = {"*": (0, False), "+": (1, False), "?": (0, True)}


class Paths(Words):
    """Reads what may stand between subject and object."""

    def _verb(self) -> Path | Variable:
        return self._variable() if self._tokens[self._at].kind == "variable" else self._path()

    def _path(self) -> Path:
        first = self._at
        ways = [self._sequence()]
        while self._met("|"):
            self._more()
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else Choice(tuple(ways), self._span(first))

    def _sequence(self) -> Path:
        first = self._at
        steps = [self._step()]
        while self._met("/"):
            self._more()
            steps.append(self._step())
        return steps[0] if len(steps) == 1 else Steps(tuple(steps), self._span(first))

    def _step(self) -> Path:
        first = self._at
        if self._met("^"):
            return _placed(backwards(self._repeated()), self._span(first))
        return self._repeated()

    def _repeated(self) -> Path:
        first = self._at
        if self._met("!"):
            path: Path = self._excluded(first)
        elif self._met("("):
            self._deeper()
            path = self._path()
            self._take(")")
            self._depth -= 1
            path = _placed(path, self._span(first))
        else:
            path = self._link(inverse=False)
        if self._is(*_REPEATED):
            least, once = _REPEATED[self._next().text]
            return Repeated(path, least, once, self._span(first))
        return path

    def _link(self, *, inverse: bool) -> Link:
        token = self._tokens[self._at]
        if token.kind == "word" and token.text == "a":
            self._at += 1
            return Link(RDF_TYPE, inverse, Span(token.start, token.end))
        if token.kind not in ("iri", "name"):
            self._expected("a predicate")
        one = self._iri()
        return Link(one.value, inverse, one.span)

    def _excluded(self, first: int) -> Excluded:
        found: list[Link] = []
        several = self._met("(")
        while not (several and self._met(")")):
            found.append(self._link(inverse=self._met("^")))
            if not several:
                break
            if not self._met("|") and not self._is(")"):
                self._expected("| or )")
        forward = frozenset(one.iri for one in found if not one.inverse)
        backward = frozenset(one.iri for one in found if one.inverse)
        return Excluded(forward, backward, (bool(forward) or not backward, bool(backward)), self._span(first))


def backwards(path: Path) -> Path:
    """Return the path from its end to its start."""
    match path:
        case Link(iri, inverse, span):
            return Link(iri, not inverse, span)
        case Steps(paths, span):
            return Steps(tuple(backwards(one) for one in reversed(paths)), span)
        case Choice(paths, span):
            return Choice(tuple(backwards(one) for one in paths), span)
        case Repeated(inner, least, once, span):
            return Repeated(backwards(inner), least, once, span)
        case Excluded(forward, backward, (ahead, back), span):
            return Excluded(backward, forward, (back, ahead), span)


def _placed(path: Path, span: Span) -> Path:
    """Return the path with its brackets."""
    return replace(path, span=span)
