"""Rules -> of each, what its violations hang on beside the claims they name: whose categories, or the whole scene.

A local rule is broken by some claims, and stays broken as long as these claims and the categories of the entities they
are about stay, whatever is added, changed or withdrawn beside them. The repair relies on it when it says that its
result is the cheapest. It is read off the text of a rule, on the safe side: a rule is local when (1) it does not
count, and looks for what is absent only in the ontology and at entities that it has named; (2) every claim that it
reads is named in `?value`, and every entity is named or is what a named claim is about; and (3) it reads nothing that
an inference adds which itself looks for what is absent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import BNode

from nesy.checking.query_text import Prefixes, Token, tokens
from nesy.checking.rule_graph import rule_graph
from nesy.ontology_names import NESY, RULES, VOCABULARY

_LINKS = frozenset({NESY.hasEntity, NESY.hasRelation, NESY.hasPartState, NESY.hasCount, NESY.hasAttribute, NESY.image})
_INFERRED = frozenset(
    {NESY.fromEntity, NESY.toEntity, NESY.says, NESY.because, NESY.suggestedActivity, NESY.expectedState}
)
_ENDS = frozenset({NESY.subject, NESY.object, NESY.entity, NESY.fromEntity, NESY.toEntity})
_END_LINKS = {
    "subject": frozenset(map(str, (NESY.subject, NESY.fromEntity, NESY.toEntity))),
    "object": frozenset(map(str, (NESY.object, NESY.fromEntity, NESY.toEntity))),
    "entity": frozenset(map(str, (NESY.entity,))),
}
_ALL_ENDS = frozenset(_END_LINKS)
_FIELDS = frozenset({NESY.predicate, NESY.part, NESY.state, NESY.value, NESY.because, NESY.says, *_ENDS})
_OF_ENTITIES = frozenset({RDF.type, NESY.category, NESY.left, NESY.top, NESY.right, NESY.bottom, NESY.attribute})
_CLAIMS = frozenset({NESY.Entity, NESY.Relation, NESY.PartState, NESY.Count})
_WORDS = frozenset({NESY.predicate, NESY.part, NESY.state, NESY.says})
_JOINING, _CLOSING = frozenset("|/^!"), frozenset("*+?)")
_GROWING = frozenset({str(RULES.CountBelowParts)})
"""They count, but more claims only make it worse: no claim beside those named can take the violation away."""
_COUNTING = frozenset({"GROUP", "HAVING", "OPTIONAL", "MINUS", "LIMIT", "OFFSET", "SERVICE", "GRAPH", "VALUES"})


@dataclass(frozen=True)
class _Triple:
    """One pattern: words for subject and object, IRIs for the predicate (more than one in a path)."""

    subject: str
    path: tuple[str, ...]
    value: str

    @property
    def predicates(self) -> frozenset[str]:
        return frozenset(self.path)


def reach_of(graph: Graph, rules: Iterable[str], inferences: Iterable[str]) -> dict[str, frozenset[str] | None]:
    """Return of every rule whose categories it reads beside the claims it names, or None for one that is not local.

    Whose: `subject`, `object` and `entity` of the claims that it names. A rule of which None is told may be local too,
    only its text does not show it.

    Args:
        graph: the shapes.
        rules: IRIs of the rules.
        inferences: their queries, with their prefixes.
    """
    prefixes = Prefixes(graph)
    doubtful = _doubtful(inferences)
    return {iri: _ALL_ENDS if iri in _GROWING else _reach(graph, URIRef(iri), prefixes, doubtful) for iri in rules}


def _reach(graph: Graph, rule: URIRef, prefixes: Prefixes, doubtful: frozenset[str]) -> frozenset[str] | None:
    queries = list(graph.objects(rule, SH.sparql))
    shape = rule_graph(graph, rule)
    if not queries:
        return _reach_of_shape(shape, rule)
    if any((rule, link, None) in graph for link in (SH.property, SH.node, SH["or"], SH["and"], SH["not"], SH.xone)):
        return None
    found: frozenset[str] = frozenset()
    for node in queries:
        for text in map(str, graph.objects(node, SH.select)):
            ends = _reach_of_query(tokens(text), prefixes.known(node), doubtful)
            if ends is None:
                return None
            found |= ends
    return found


def _doubtful(inferences: Iterable[str]) -> frozenset[str]:
    """Return what marks a node that an inference made which looks for what is absent: its predicates."""
    sure: set[str] = set()
    unsure: set[str] = set()
    for text in inferences:
        words, known = tokens(text), _declared(text)
        where = next((place for place, word in enumerate(words) if word.text == "WHERE"), len(words))
        made = {p for t in _triples(words[:where], known) for p in t.path} & set(map(str, _INFERRED | {RDF.type}))
        reading = words[where:]
        plain = not _counts(reading) and all(
            _settled(triple, frozenset()) for block in _absent(reading) for triple in _triples(block, known)
        )
        (sure if plain else unsure).update(made)
    return frozenset(unsure - sure)


def _declared(text: str) -> dict[str, str]:
    """Return the prefixes that a whole query declares."""
    words = tokens(text)
    return {
        words[place + 1].text.removesuffix(":"): words[place + 2].text.strip("<>")
        for place, word in enumerate(words[:-2])
        if word.text == "PREFIX"
    }


def _reach_of_query(query: Sequence[Token], known: dict[str, str], doubtful: frozenset[str]) -> frozenset[str] | None:
    if _counts(query):
        return None
    triples = list(_triples(_without_absent(query), known))
    everywhere = {triple.subject for triple in triples} | {triple.value for triple in triples}
    absent = [triple for block in _absent(query) for triple in _triples(block, known)]
    if not all(_settled(triple, frozenset(everywhere)) for triple in absent):
        return None
    if any(triple.predicates & doubtful or not triple.path for triple in (*triples, *absent)):
        return None
    if not _names_what_it_reads(triples, _value(query)):
        return None
    typed = {t.subject for t in (*triples, *absent) if t.predicates & {str(RDF.type), str(NESY.category)}}
    links = {link for t in triples if t.value in typed for link in t.path}
    return frozenset(end for end, says in _END_LINKS.items() if says & links)


def _counts(query: Sequence[Token]) -> bool:
    words = [token.text for token in query if token.kind == "word"]
    return bool(_COUNTING & set(words)) or words.count("SELECT") > 1


def _settled(triple: _Triple, elsewhere: frozenset[str]) -> bool:
    """Tell whether a pattern that must have no match reads the ontology alone, or an entity that is bound elsewhere."""
    if not triple.path:
        return False
    links = frozenset(map(URIRef, triple.path))
    if links & (_LINKS | _FIELDS | {NESY.id, NESY.confidence, NESY.label, NESY.position}):
        return False
    if links & _OF_ENTITIES:
        return triple.subject in elsewhere
    return all(link in NESY or not str(link).startswith(str(VOCABULARY)) for link in links)


def _names_what_it_reads(triples: Sequence[_Triple], value: frozenset[str]) -> bool:
    """Tell whether each claim read has its id in ?value, and each entity is named or is what a named claim is about."""
    fields, ends = set(map(str, _FIELDS)), set(map(str, _ENDS))
    ids = {str(NESY.id), str(NESY.because)}
    named = {t.subject for t in triples if t.predicates & ids and t.value in value}
    told = {t.value for t in triples if t.predicates & ids and t.value in value}
    # a claim may be named by what was inferred because of it
    named |= {t.subject for t in triples if t.predicates & ids and t.value in told}
    reading = {t.subject for t in triples if t.predicates & fields}
    about = {t.value for t in triples if t.predicates & ends and t.subject in named}
    linked = {t.value for t in triples if t.predicates & set(map(str, _LINKS))}
    seen = {t.subject for t in triples if t.predicates & (set(map(str, _OF_ENTITIES)) - {str(RDF.type)})}
    typed = {t.subject for t in triples if t.path == (str(RDF.type),)}
    words = {t.value for t in triples if t.predicates & set(map(str, _WORDS)) and t.subject in named}
    return reading <= named and (linked | seen | typed) - {"?this"} <= named | about | words


def _value(query: Sequence[Token]) -> frozenset[str]:
    """Return the variables of which ?value is made: itself, or those of the expression bound to it."""
    found = {"?value"}
    for place, token in enumerate(query[:-1]):
        if token.text == "AS" and query[place + 1].text == "?value":
            depth, back = 0, place - 1
            while back >= 0 and depth >= 0:
                depth += {")": 1, "(": -1}.get(query[back].text, 0)
                found |= {query[back].text} if query[back].kind == "variable" else set()
                back -= 1
    return frozenset(found)


def _absent(query: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield what stands between the braces after EXISTS, outermost blocks only."""
    place = 0
    while place < len(query):
        if query[place].text == "EXISTS":
            end = _closing(query, place + 1)
            yield query[place + 2 : end]
            place = end
        place += 1


def _without_absent(query: Sequence[Token]) -> list[Token]:
    kept: list[Token] = []
    place = 0
    while place < len(query):
        if query[place].text == "EXISTS":
            place = _closing(query, place + 1)
        else:
            kept.append(query[place])
        place += 1
    return kept


def _closing(query: Sequence[Token], opening: int) -> int:
    """Return where the bracket that opens at `opening` closes."""
    depth = 0
    for place in range(opening, len(query)):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(query[place].text, 0)
        if depth == 0:
            return place
    return len(query)


def _triples(query: Sequence[Token], known: dict[str, str]) -> Iterator[_Triple]:
    """Yield the patterns of a query; one whose predicate is a variable has an empty path.

    FILTER and BIND end a pattern and are skipped; braces only group.
    """
    subject, place = "", 0
    start = next((at for at, token in enumerate(query) if token.text == "WHERE"), -1) + 1
    place = start
    while place < len(query):
        token = query[place]
        if token.text in ("FILTER", "BIND", "NOT", "EXISTS"):
            if place + 1 < len(query) and query[place + 1].text in ("(", "{"):
                inner = query[place + 2 : _closing(query, place + 1)]
                for at, word in enumerate(inner):  # EXISTS within an expression, or one within another
                    if word.text == "EXISTS":
                        yield from _triples(inner[at + 2 : _closing(inner, at + 1)], known)
                if token.text == "EXISTS":
                    yield from _triples(inner, known)
                place = _closing(query, place + 1)
            subject, place = "", place + 1
        elif token.text in ("{", "}", ".", "UNION", "CONSTRUCT") or (token.text == "]" and not subject):
            subject, place = "", place + 1
        else:
            if not subject:
                subject, place = token.text, place + 1
                if token.text == "[":
                    place = place + 1 if place < len(query) and query[place].text == "]" else place
            elif token.text == ";":
                place += 1
                if place >= len(query) or query[place].text in (".", "}"):
                    continue
            path, variable, place = _path(query, place, known)
            while place < len(query):
                yield _Triple(subject, () if variable else tuple(path), query[place].text)
                place += 1
                if place < len(query) and query[place].text == ",":
                    place += 1
                    continue
                break


def _path(query: Sequence[Token], place: int, known: dict[str, str]) -> tuple[list[str], bool, int]:
    """Return the IRIs of the predicate or path at `place`, whether it is a variable, and where it ends."""
    path: list[str] = []
    variable = complete = False
    while place < len(query):
        word = query[place]
        if word.text in _JOINING or word.text == "(":
            complete = False
        elif word.text in _CLOSING:
            complete = True
        elif complete:
            break
        else:
            variable |= word.kind == "variable"
            if word.text == "a" or word.kind in ("name", "iri"):
                path.append(_full(word, known))
            complete = True
        place += 1
    return path, variable, place


def _full(token: Token, known: dict[str, str]) -> str:
    if token.text == "a":
        return str(RDF.type)
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, name = token.text.partition(":")
    return known.get(prefix, prefix + ":") + name


def _reach_of_shape(shape: Graph, rule: URIRef) -> frozenset[str] | None:
    """Return what a shape of SHACL Core reads that looks at one claim, its fields and its entities' types alone."""
    targets = set(shape.objects(rule, SH.targetClass))
    if not targets or not targets <= _CLAIMS or (None, SH.sparql, None) in shape:
        return None
    if any((None, link, None) in shape for link in (SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.node)):
        return None
    backwards = set(shape.objects(None, SH.inversePath))
    if backwards & (_FIELDS | _LINKS | _OF_ENTITIES):
        return None
    steps = {node for link in (SH.path, SH.inversePath) for node in shape.objects(None, link)}
    steps |= set(shape.objects(None, RDF.first))
    paths = {node for node in steps if isinstance(node, URIRef)}
    compound = {link for node in steps if isinstance(node, BNode) for link in shape.predicates(node)}
    known = {RDF.first, RDF.rest, SH.inversePath, SH.path, SH["not"], SH.property, SH["or"], SH["and"]}
    if any(link in compound for link in (SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)):
        return None
    if not compound <= known | set(shape.predicates()):
        return None
    if not all(path in NESY and path not in _LINKS | _INFERRED for path in paths):
        return None
    types = (None, SH["class"], None) in shape or paths & {RDF.type, NESY.category}
    return frozenset(end for end, says in _END_LINKS.items() if types and says & set(map(str, paths)))
