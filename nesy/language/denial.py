"""An annotated document in, what it denies out: "no cars", "without a helmet", "none of them", "lacks a seat".

A denial takes the claim and leaves what it is about: where no dog is on the couch, there is a couch. What is
introduced under it ("is not wearing a hat") is nowhere said to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nesy.language.lexicon import words
from nesy.language.noun_phrases import (
    is_apart,
    is_new,
    is_owned,
    name_in_singular,
    noun_before,
    object_of,
    phrase_head,
    subject_of,
    with_coordinated,
)
from nesy.language.nouns import NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NO = frozenset(["no", "neither", "zero"])
_NOT = frozenset(["not", "n't", "n’t", "never", "hardly", "barely", "nor"])
_NOBODY = {"nobody": "person", "noone": "person", "no-one": "person", "none": "", "nothing": "", "neither": ""}
"""Words that stand for no one or nothing, and what is absent where they alone are said to be."""
_SUBJECTS = frozenset(["nsubj", "nsubj:pass", "nsubj:outer"])
_INDEFINITE = frozenset(["a", "an", "any", "some", "another", "no"])
_SEEN = frozenset(["visible", "present", "seen", "see", "shown", "show", "there", "here", "in", "be", "evident"])
_LACKING = frozenset(["lack", "miss", "need"])
_FREE = frozenset(["free", "empty", "devoid", "bare", "clear"])
_INSTEAD = frozenset(["instead", "rather", "except"])


@dataclass(frozen=True)
class Absence:
    """Something that a text says is nowhere to be seen.

    Args:
        token: the noun, or the pronoun (`nobody`).
        category: what is absent, in the singular.
        tokens: those that say so.
    """

    token: int
    category: str
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Lack:
    """Something that a thing is said to be without: "a man without a hat".

    Args:
        noun: the token of what is lacking.
        holder: that of who is without it.
        said: the quality that this is: "without hat".
    """

    noun: int
    holder: int
    said: str


@dataclass
class Denials:
    """What a document denies, by token index."""

    denied: set[int] = field(default_factory=set)
    lacking: list[Lack] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)

    def lack(self, noun: Token, holder: Token | None) -> None:
        """Note that a thing is without another, and without those that are coordinated with it.

        What has an article of its own behind "and" may be there or not ("without shoes and a hat"): nothing is said
        of it.
        """
        for one in with_coordinated(noun):
            self.denied.add(one.i)
            if holder is not None and (one == noun or not is_apart(one)):
                self.lacking.append(Lack(one.i, holder.i, f"without {one.lower_}"))


def denials(doc: Doc) -> Denials:
    """Return what a document denies."""
    found = Denials()
    for token in doc:
        lower = token.lower_
        after = token.nbor().lower_ if token.i + 1 < len(doc) else ""
        if lower == "no" and after == "one":
            _nobody(token.nbor(), (token.i, token.i + 1), "person", found)
        elif lower == "no" and after == "longer":
            _clause(token.nbor().head, found)
        elif lower == "neither" and token.dep_ == "cc:preconj":
            _neither(token, found)
        elif lower in _NOBODY and token.dep_ not in ("det", "cc:preconj", "cc", "advmod"):
            _nobody(token, (token.i,), _NOBODY[lower], found)
        elif lower in _NO and token.head.pos_ in NOUNS and token.i < token.head.i:
            _no(token.head, token, found)
        elif lower in _NOT and token.head.i != token.i:
            _not(token.head, token, found)
        elif lower == "without":
            _without(token, found)
        elif lower in ("absence", "lack") and token.pos_ in NOUNS:
            for child in token.children:
                if child.dep_ == "nmod":
                    for one in with_coordinated(child):
                        found.denied.add(one.i)
                        found.absences.append(Absence(one.i, name_in_singular(one), (token.i, one.i)))
        elif lower in ("absent", "missing", "lacking") and not object_of(token):
            _missing(token, found)
        elif token.lemma_ in _LACKING and token.pos_ == "VERB" and (token.lemma_ != "need" and object_of(token)):
            noun = object_of(token)
            found.denied.add(token.i)
            if noun is not None:
                found.lack(noun, subject_of(token))
        elif lower in _FREE and after == "of":
            noun = phrase_head(doc, token.i + 2)
            if noun is not None:
                found.lack(noun, subject_of(token) or noun_before(token))
        elif lower in _INSTEAD and after in ("of", "than", "for"):
            noun = phrase_head(doc, token.i + 2)
            if noun is not None:
                found.denied.update((noun.i, token.i))
    return found


# --- clauses ---


def _clause(head: Token, found: Denials) -> None:
    """Deny a clause: its verb or quality, and what it would introduce; a known place stays: "is not on the couch"."""
    case = [child for child in head.lefts if child.dep_ == "case"]
    if head.pos_ in NOUNS and case:
        found.denied.update(child.i for child in head.children if child.dep_ in ("case", "cop"))
        if is_new(head):
            found.denied.add(head.i)
    else:
        found.denied.add(head.i)
    for child in head.children:
        but = any(c.lower_ == "but" for c in child.children)
        if child.dep_ == "conj" and child.pos_ == head.pos_ and not but and not _is_finite(child):
            found.denied.add(child.i)
        if child.dep_ in ("obj", "obl"):
            found.denied.update(one.i for one in with_coordinated(child) if is_new(one))
    noun = phrase_head(head.doc, head.i + 1) if head.pos_ == "VERB" and head.i + 1 < len(head.doc) else None
    if noun is not None and head.doc[head.i + 1].lower_ in _INDEFINITE:
        found.denied.add(noun.i)  # whatever the tree makes of it


def _is_finite(verb: Token) -> bool:
    """Tell whether a coordinated verb has a tense of its own: "is not wearing a hat and rides a horse"."""
    own = any(c.dep_ in ("aux", "aux:pass", "cop") and c.lower_ in ("is", "are", "was", "were") for c in verb.children)
    joined = not any(c.lower_ in ("or", "nor") for c in verb.children)
    return joined and (own or verb.tag_ in ("VBZ", "VBD"))


def _is_all(noun: Token) -> bool:
    """Tell whether a noun means all of its kind: nothing beside the picture itself narrows it."""
    for child in noun.children:
        if child.dep_ in ("amod", "acl:relcl", "nmod:poss"):
            if child.lower_ not in ("visible", "other", "discernible", "apparent", "noticeable", "present"):
                return False
        elif child.dep_ in ("nmod", "acl") and not _of_picture(child):
            return False
    return not any(child.lower_ == "other" for child in noun.children)


def _of_picture(token: Token) -> bool:
    return token.lower_ in words(token.lang_).here


def _is_existence(verb: Token, noun: Token) -> bool:
    """Tell whether a clause says no more than that something is there."""
    there = any(child.dep_ == "expl" for child in verb.children)
    if not there and verb.lower_ not in _SEEN and not _of_picture(verb):
        return False
    for child in verb.children:
        if child.dep_ in ("obl", "advcl", "nmod") and child != noun and not _of_picture(child):
            return False
    return True


# --- the words that deny ---


def _no(noun: Token, cue: Token, found: Denials) -> None:
    together = with_coordinated(noun)
    found.denied.update(one.i for one in together)
    case = [child.lower_ for child in noun.lefts if child.dep_ == "case"]
    verb = noun.head
    if case:
        if case[0] == "with":
            found.lack(noun, noun_before(noun.left_edge) or _holder(noun))
        return
    before = cue.nbor(-1) if cue.i else cue
    if before.pos_ == "VERB" and before.lemma_ in ("have", "wear") and subject_of(before) is not None:
        found.denied.add(before.i)
        found.lack(noun, subject_of(before))
    elif _is_all(noun) and (noun.dep_ == "ROOT" or _is_existence(verb, noun)):
        found.absences.extend(Absence(one.i, name_in_singular(one), (cue.i, one.i)) for one in together)
        if noun.dep_ != "ROOT":
            found.denied.add(verb.i)
    elif noun.dep_ in _SUBJECTS:
        _clause(verb, found)
    elif noun.dep_ == "obj":
        found.denied.add(verb.i)


def _holder(noun: Token) -> Token | None:
    """Return who is without something: the subject of the verb that the phrase hangs on, or the noun."""
    head = noun.head
    return head if head.pos_ in NOUNS and not any(c.dep_ in _SUBJECTS for c in head.children) else subject_of(head)


def _without(cue: Token, found: Denials) -> None:
    doc = cue.doc
    if cue.i + 1 >= len(doc):
        return
    first = doc[cue.i + 1]
    if first.tag_ == "VBG":  # "without wearing a helmet", "without holding the handlebars"
        noun = object_of(first)
        found.denied.add(first.i)
        holder = subject_of(first.head) if first.head != first else None
        if noun is None:
            return
        if is_new(noun):
            found.denied.update(one.i for one in with_coordinated(noun))
        if holder is not None:
            said = (
                f"without {noun.lower_}"
                if first.lemma_ in ("wear", "have")
                else f"without {first.lower_} {noun.lower_}"
            )
            found.lacking.append(Lack(noun.i, holder.i, said))
        return
    phrase = phrase_head(doc, cue.i + 1) or (first if first.tag_ == "VBZ" else None)  # the "leaves" of a tree
    if phrase is None:
        return
    attached = phrase if cue.head == phrase else None
    holder = _holder(phrase) if attached is not None and phrase.head != phrase else None
    holder = holder or noun_before(cue) or subject_of(phrase)
    found.lack(phrase, holder)
    if phrase.i + 2 >= len(doc) or phrase.nbor().lower_ not in ("or", "nor", "and"):
        return
    more = phrase_head(doc, phrase.i + 2)
    if more is None or more.i in found.denied:
        return
    if phrase.nbor().lower_ != "and":
        found.lack(more, holder)
    elif doc[phrase.i + 2].lower_ in ("a", "an") and not _is_of_several(doc, more.i + 1):
        found.denied.add(more.i)  # "without shoes and a hat": nothing is said of the hat


def _is_of_several(doc: Doc, i: int) -> bool:
    """Tell whether a verb in the plural stands here: "a man without a hat and a dog are walking"."""
    return i < len(doc) and (doc[i].lower_ in ("are", "were", "have") or doc[i].tag_ == "VBP")


def _missing(cue: Token, found: Denials) -> None:
    """Read "a seat is missing", "a seat is missing from the bike", "a missing wheel"."""
    if cue.dep_ == "amod" and cue.head.pos_ in NOUNS and cue.lower_ == "missing":
        noun = cue.head
        if any(child.lower_ == "with" for child in noun.lefts):
            found.lack(noun, noun_before(noun.left_edge) or _holder(noun))
        else:
            found.denied.add(noun.i)
        return
    for child in cue.children:
        if child.dep_ not in _SUBJECTS or child.pos_ not in NOUNS or is_owned(child):
            continue
        owner = next((one for one in cue.children if one.dep_ == "obl" and not _of_picture(one)), None)
        if owner is not None:
            found.lack(child, owner)
        else:
            found.denied.add(child.i)
            found.absences.append(Absence(child.i, name_in_singular(child), (child.i, cue.i)))


def _nobody(token: Token, cues: tuple[int, ...], absent: str, found: Denials) -> None:
    """Read a pronoun that stands for no one: "nobody", "nothing", "none of the dogs"."""
    verb = token.head
    found.denied.add(token.i)
    if absent and (token.dep_ == "ROOT" or _is_existence(verb, token)):
        found.absences.append(Absence(token.i, absent, cues))
    if token.dep_ in _SUBJECTS or (token.dep_ != "ROOT" and verb.pos_ in ("VERB", "AUX")):
        _clause(verb, found)
    found.denied.update(  # "there is nothing on the table": nothing is on it
        case.i for child in token.children if child.dep_ == "nmod" for case in child.lefts if case.dep_ == "case"
    )


def _neither(cue: Token, found: Denials) -> None:
    """Read "neither the man nor the woman wears a hat" and "wears neither a hat nor glasses"."""
    first = cue.head
    if first.pos_ in NOUNS and first.dep_ in _SUBJECTS:
        _clause(first.head, found)
        return
    if first.pos_ not in NOUNS:
        found.denied.add(first.i)
        found.denied.update(child.i for child in first.children if child.dep_ == "conj")
        return
    verb = first.head
    if first.dep_ == "obj":
        found.denied.add(verb.i)
        if verb.lemma_ in ("have", "wear"):
            found.lack(first, subject_of(verb))
    for one in with_coordinated(first):
        if is_new(one):
            found.denied.add(one.i)
    found.denied.update(c.i for one in with_coordinated(first) for c in one.lefts if c.dep_ in ("case", "cop"))


def _not(head: Token, cue: Token, found: Denials) -> None:
    if cue.lower_ == "nor" and head.pos_ in NOUNS:
        before = head.head
        if head.dep_ == "conj" and not any(c.lower_ == "neither" for c in before.children) and before.i in found.denied:
            found.denied.add(head.i)
        return
    if head.i < cue.i and head.dep_ == "ROOT" and head.pos_ in NOUNS:
        return
    if head.pos_ in NOUNS and not any(child.dep_ == "cop" for child in head.children):
        found.denied.add(head.i)
        found.denied.update(child.i for child in head.children if child.dep_ == "conj" and child.pos_ == head.pos_)
        return
    _clause(head, found)
    subjects = [child for child in head.children if child.dep_ in _SUBJECTS]
    if any(child.dep_ == "expl" for child in head.children):
        for one in _new(subjects):
            found.denied.add(one.i)
            if _is_all(one) and _is_existence(head, one):
                found.absences.append(Absence(one.i, name_in_singular(one), (cue.i, one.i)))
    if head.lower_ in ("visible", "present", "seen") and _is_existence(head, head):
        for one in subjects:
            if one.pos_ in NOUNS and is_new(one):
                found.denied.add(one.i)
                found.absences.append(Absence(one.i, name_in_singular(one), (one.i, cue.i, head.i)))


def _new(nouns: list[Token]) -> Iterator[Token]:
    for noun in nouns:
        yield from (one for one in with_coordinated(noun) if is_new(one))
