"""An annotated document in, the mentions, qualities and relations out that its Universal Dependencies say.

Passives turn round, relative clauses speak of their noun, coordinated verbs share what they share. The labels follow
FACTUAL (Li et al., Findings of ACL 2023): "sit on", "in front of", "have".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.lexicon import Words, words
from nesy.language.mentions import Attribute, Link, MentionGraph
from nesy.language.mutual import is_mutual
from nesy.language.nouns import NOUNS, Named, Place, coordinated, named, quality
from nesy.language.verbs import participle, verb_tokens, with_particle

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

SUBJECTS = frozenset(["nsubj", "nsubj:pass", "nsubj:outer", "csubj"])
"""Universal Dependencies' relations of a subject to its clause."""
_OBLIQUES = frozenset(["obl", "obl:unmarked", "nmod", "obl:agent", "nmod:unmarked"])
_LIGHT = frozenset(["be", "appear", "seem", "do", "get", "become", "remain", "start", "begin", "continue", "try", "go"])
_SAID_OF_PICTURES = frozenset(
    ["show", "depict", "feature", "capture", "display", "contain", "include", "portray", "see"]
)


def syntactic_graph(doc: Doc, language: str = "en") -> MentionGraph:
    """Return what the syntax of a document says."""
    table = words(language)
    reading = _Reading(doc, named(doc, table), table)
    reading.read()
    found = reading.named
    attributes = dict.fromkeys(found.attributes)
    return MentionGraph(tuple(found.mentions), tuple(attributes), tuple(dict.fromkeys(reading.links)))


class _Reading:
    def __init__(self, doc: Doc, found: Named, table: Words) -> None:
        self.doc = doc
        self.named = found
        self.words = table
        self.links: list[Link] = []
        self._edges = {i for place in found.places for i in (place.start, place.end)}
        self._busy: set[int] = set()
        """Verbs that some relation was read from: they say no posture besides."""

    def read(self) -> None:
        for place in self.named.places:
            self._place(place)
        for token in self.doc:
            if token.i in self.named.within:
                continue
            if token.pos_ == "VERB" or (token.pos_ == "ADJ" and token.tag_ in ("VBN", "VBG")):
                self._verb(token)
            if token.dep_ in ("nmod:poss",):
                self._link(self.named.of(token), "have", self.named.of(token.head), ())
            elif token.i in self.named.of_token:
                self._noun(token)
        for token in self.doc:
            if any(child.dep_ == "cop" for child in token.children):
                self._copula(token)
            elif token.pos_ == "VERB" and token.i not in self._busy:
                self._posture(token)

    # --- who and what ---

    def _mentions(self, token: Token) -> list[int]:
        """Return the mentions of a noun phrase and of all coordinated with it."""
        found = [self.named.of(one) for one in coordinated(token)]
        return [one for one in found if one is not None]

    def _subjects(self, verb: Token, depth: int = 0) -> list[int]:
        """Return who does it: the clause's own subject, or the one that it shares."""
        if depth > 8:
            return []
        own = [child for child in verb.children if child.dep_ in SUBJECTS and child.dep_ != "csubj"]
        if own and _is_object_of(own[0], verb):
            return self._whole(verb.head.head) if verb.head.head.i in self.named.of_token else []
        if own:
            return [one for child in own for one in self._mentions(child)]
        head = verb.head
        match verb.dep_:
            case "acl" | "acl:relcl":
                return self._whole(head) if head.i in self.named.of_token else []
            case "amod":
                return []
            case "xcomp":
                objects = [child for child in head.children if child.dep_ == "obj"]
                if objects and head.lemma_ not in ("use", "take", "have"):
                    return [one for child in objects for one in self._mentions(child)]
                return self._subjects(head, depth + 1)
            case "conj" | "advcl" | "parataxis" | "ccomp" | "advcl:relcl" | "obl" | "dep":
                if head.i in self.named.of_token and head.pos_ in NOUNS and not _is_predicate(head):
                    return self._whole(head)
                return self._subjects(head, depth + 1)
        return []

    def _whole(self, head: Token) -> list[int]:
        """Return the mention that a clause after a noun speaks of; of "a man and a woman walking", both."""
        found = [self.named.of_token[head.i]]
        if head.dep_ == "conj" and head.head.i in self.named.of_token and not self._owns_clause(head.head):
            found = [*self._whole(head.head), *found]
        return found

    def _owns_clause(self, noun: Token) -> bool:
        return any(child.dep_ in ("acl", "acl:relcl") or _case(child) for child in noun.rights if child.dep_ != "conj")

    # --- verbs ---

    def _verb(self, verb: Token) -> None:
        if verb.lemma_ in _LIGHT and verb.lemma_ not in ("go",):
            return
        passive = _is_passive(verb)
        subjects = self._subjects(verb)
        objects = [one for child in verb.children if child.dep_ in ("obj", "iobj") for one in self._mentions(child)]
        for child in verb.children:
            if child.dep_ == "ccomp":
                objects += [one for c in child.children if _is_object_of(c, child) for one in self._mentions(c)]
        gap = self._gap(verb)
        predicate = with_particle(verb)
        tokens = verb_tokens(verb)
        if verb.dep_ == "amod":
            return
        stranded = next((c for c in verb.rights if c.dep_ in ("case", "obl", "advmod") and c.tag_ == "IN"), None)
        if gap is not None and not passive and not objects and subjects != [gap]:
            said = f"{predicate} {stranded.lower_}" if stranded is not None else predicate
            self._all(subjects, said, [gap], tokens if stranded is None else (*tokens, stranded.i), verb)
        if not passive:
            self._all(subjects, "have" if predicate == "have" else predicate, objects, tokens, verb)
        for child in verb.children:
            if child.dep_ not in _OBLIQUES and not (child.dep_ == "advmod" and child.pos_ in NOUNS):
                continue
            case = _case(child)
            if case is None or {child.i, case.i} & self.named.within or self._by_place(child):
                continue
            self._oblique(verb, child, case, subjects, objects, passive)

    def _oblique(
        self, verb: Token, child: Token, case: Token, subjects: list[int], objects: list[int], passive: bool
    ) -> None:
        targets = self._mentions(child)
        predicate, tokens = with_particle(verb), verb_tokens(verb)
        if (
            passive
            and case.lower_ == "by"
            and (child.dep_ == "obl:agent" or verb.lemma_ not in ("park", "sit", "stand"))
        ):
            self._all(targets, predicate, subjects, tokens, verb)
            return
        said = _said(case)
        if said in self.words.not_places:
            return
        where = (*tokens, *_case_tokens(case))
        if (
            passive
            and verb.lemma_ in ("cover", "surround", "fill", "adorn", "decorate")
            and said in ("in", "with", "by")
        ):
            if verb.lemma_ == "fill":
                self._all(subjects, "fill with", targets, where, verb)
            else:
                self._all(targets, predicate, subjects, tokens, verb)
            return
        if objects and not passive and is_mutual(child):  # "shake hands with each other"
            thing = next((c.lower_ for c in verb.children if c.dep_ == "obj"), "")
            self._all(subjects, f"{predicate} {thing} {said}", targets, where, verb)
            return
        if objects and not passive:
            held = said == "in" and any(c.dep_ == "nmod:poss" for c in child.children)  # "holds a cup in his hand"
            self._all(objects if held else subjects, said, targets, _case_tokens(case), verb)
            return
        self._all(subjects, f"{predicate} {said}", targets, where, verb)

    def _gap(self, verb: Token) -> int | None:
        """Return what a relative clause leaves out: the sofa of "the sofa that the man sits on"."""
        if verb.dep_ != "acl:relcl" or verb.head.i not in self.named.of_token:
            return None
        own = [child for child in verb.children if child.dep_ in SUBJECTS]
        if not own or "Rel" in own[0].morph.get("PronType", []):
            return None
        return self.named.of_token[verb.head.i]

    def _posture(self, verb: Token) -> None:
        """Say of the subject what it does alone: "walking", "sitting down", "parked"."""
        if (
            verb.dep_ == "amod"
            or verb.lower_ in self.words.no_quality
            or verb.lemma_ in _LIGHT
            or verb.lemma_ in _SAID_OF_PICTURES
        ):
            return
        if any(child.dep_ in ("obj", "ccomp") for child in verb.children):
            return
        passive = _is_passive(verb)
        label = verb.lower_ if passive or verb.tag_ == "VBG" else participle(verb.lemma_)
        particle = [child for child in verb.children if child.dep_ == "compound:prt"]
        if particle:
            label += " " + particle[0].lower_
        for subject in self._subjects(verb):
            self.named.attributes.append(Attribute(subject, label, verb_tokens(verb)))

    # --- nouns and copulas ---

    def _noun(self, token: Token) -> None:
        """Read "the cup on the table", "the leg of the man"."""
        if token.dep_ not in _OBLIQUES or token.head.i not in self.named.of_token or self._by_place(token):
            return
        case = _case(token)
        if case is None:
            return
        said, heads = _said(case), self.named.of_token[token.head.i]
        if self.named.of_token[token.head.i] == self.named.of_token.get(token.i):
            return
        if said == "of":
            for one in self._mentions(token):
                self._link(one, "have", heads, _case_tokens(case))
        elif said not in self.words.not_places:
            if _is_predicate(token.head):
                return
            for one in self._mentions(token):
                self._link(heads, said, one, _case_tokens(case))

    def _copula(self, token: Token) -> None:
        subjects = self._subjects(token)
        case = _case(token)
        if token.pos_ in NOUNS or token.pos_ == "PRON":
            if case is not None and not self._by_place(token) and _said(case) not in self.words.not_places:
                self._all(subjects, _said(case), self._mentions(token), _case_tokens(case), token)
            return
        if token.pos_ == "ADJ" or token.tag_ in ("VBN", "VBG"):
            for one in coordinated(token):
                # each of its own subject: in "the grass is green and the sky is blue" blue is no colour of the grass
                for subject in self._subjects(one):
                    if (one.pos_ == "ADJ" or one.tag_ in ("VBN", "VBG")) and one.lower_ not in self.words.no_quality:
                        quality(self.named, subject, one)

    # --- places of several words ---

    def _place(self, place: Place) -> None:
        target = self._after(place)
        governor = self._before(place, target)
        if target is None or governor is None or not place.said:
            return
        tokens = tuple(range(place.start, place.end))
        targets = self._mentions(target)
        if governor.i in self.named.of_token and not _is_predicate(governor):
            self._all([self.named.of_token[governor.i]], place.said, targets, tokens, governor)
        elif governor.pos_ in ("VERB", "AUX") and governor.lemma_ not in _LIGHT:
            objects = [child for child in governor.children if child.dep_ == "obj"]
            if objects and not _is_passive(governor):
                self._all(self._subjects(governor), place.said, targets, tokens, governor)
            else:
                said = f"{with_particle(governor)} {place.said}"
                self._all(self._subjects(governor), said, targets, (*verb_tokens(governor), *tokens), governor)
        else:
            self._all(self._subjects(governor), place.said, targets, tokens, governor)

    def _after(self, place: Place) -> Token | None:
        """Return the head of the noun phrase that starts where the preposition ends."""
        if place.end >= len(self.doc):
            return None
        found: Token | None = None
        token = self.doc[place.end]
        sentence = token.sent
        while True:
            if self.named.of(token) is not None and token.i >= place.end:
                found = token
                if token.dep_ not in ("compound", "nmod:poss", "nummod", "amod", "det"):
                    return found
            if token.head.i == token.i or token.head.i < place.end or token.head.i >= sentence.end:
                return found
            token = token.head

    def _before(self, place: Place, target: Token | None) -> Token | None:
        """Return what the preposition hangs on."""
        inside = set(range(place.start, place.end))
        for i in inside:
            head = self.doc[i].head
            if head.i not in inside and head != target and head.i != i:
                return head
        if target is not None and target.head.i not in inside and target.head.i != target.i:
            return target.head
        if target is not None and target.dep_ == "ROOT":
            return target
        return next((self.doc[i] for i in sorted(inside) if self.doc[i].dep_ == "ROOT"), None)

    def _by_place(self, token: Token) -> bool:
        """Tell whether a preposition of several words, already read, introduces this noun phrase."""
        return token.left_edge.i in self._edges

    # --- writing ---

    def _all(self, subjects: list[int], said: str, objects: list[int], tokens: tuple[int, ...], verb: Token) -> None:
        for subject in subjects:
            for thing in objects:
                self._link(subject, said, thing, tokens)
                self._busy.add(verb.i)

    def _link(self, subject: int | None, said: str, thing: int | None, tokens: tuple[int, ...]) -> None:
        if subject is None or thing is None or subject == thing:
            return
        self.links.append(Link(subject, said, thing, tuple(sorted(set(tokens)))))


def _is_object_of(noun: Token, verb: Token) -> bool:
    """Tell whether a parser took the object of a relative clause for the subject of what follows.

    In "a man who wears a hat is sitting" the hat is worn and the man sits.
    """
    clause = verb.head
    return (
        verb.dep_ == "ccomp"
        and noun.dep_ == "nsubj"
        and clause.dep_ == "acl:relcl"
        and clause.i < noun.left_edge.i
        and clause.lemma_ not in ("say", "think", "show", "suggest", "indicate", "believe", "see", "read")
        and not any(child.dep_ in ("obj", "mark") for child in (*clause.children, *verb.children))
    )


def _case(token: Token) -> Token | None:
    """Return the preposition of a noun phrase."""
    for child in token.lefts:
        if child.dep_ == "case" and child.tag_ != "POS":
            return child
    return None


def _said(case: Token) -> str:
    return " ".join([case.lower_, *(child.lower_ for child in case.children if child.dep_ == "fixed")])


def _case_tokens(case: Token) -> tuple[int, ...]:
    return (case.i, *(child.i for child in case.children if child.dep_ == "fixed"))


def _is_passive(verb: Token) -> bool:
    if any(child.dep_ in ("nsubj:pass", "aux:pass", "obl:agent") for child in verb.children):
        return True
    return verb.tag_ == "VBN" and not any(child.dep_ == "aux" for child in verb.children)


def _is_predicate(token: Token) -> bool:
    return any(child.dep_ == "cop" for child in token.children)
