"""A sentence in, the same as captions put it out: "A dog sleeps" as "is sleeping", "Behind her is a car" turned round.

The parsers learned from captions and from texts of the web, where hardly any sentence has these forms: they take
"sleeps" for a plural, and "her" for the subject. What is certain of a form is told by its words and tags alone.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from nesy.language.annotator import in_one
from nesy.language.inversions import BE, FINITE, JOINS, POSTURES, inversion
from nesy.language.lexicon import Words, words
from nesy.language.mutual import is_mutual
from nesy.language.nouns import NOUNS
from nesy.language.rewording import Piece, Reworded, edited, joined, kept
from nesy.language.verbs import is_known_verb, ontology_of, participle, present_base

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span, Token

_AT_ONCE = 64
_SINGULAR = frozenset(["a", "an", "another", "each", "every", "one", "this", "that"])
_DETERMINED = _SINGULAR | {"the", "his", "her", "its", "their", "no"}
_AUXILIARIES = frozenset(["is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did"])
_STATES = frozenset(
    [
        "be", "have", "do", "appear", "seem", "look", "show", "depict", "feature", "capture", "display", "contain",
        "include", "say", "read", "state", "claim", "tell",
        "think", "believe", "know", "want", "need", "like", "love", "see", "hear", "notice", "mean", "resemble",
        "belong", "consist", "cost", "suggest", "indicate",
        "imply", "become", "remain", "own", "fit", "match", "equal", "let", "make", "get", "start", "begin",
        "continue", "keep", "try", "help", "allow", "cause",
    ]
)  # fmt: skip
"""Verbs that no one is at, or that take another verb: they stay as they are."""
_ALONE = frozenset(["other", "one", "second", "third", "another", "first"])
_SOMEONE = frozenset(["someone", "somebody", "everyone", "everybody", "nobody", "noone"])
_SEVERAL = frozenset(["people", "men", "women", "children", "sheep", "cattle"])
_DONE_TO = frozenset(["spread", "set", "put", "cut", "shut", "split", "cast", "shed", "hit", "burst"])
"""Verbs whose participle is as their base: "papers spread on a table" do nothing."""
_MOST_BEFORE = 8
"""Tokens that stand before a noun in its phrase, at most."""
_HAPPENS = frozenset(
    [
        "fall", "shine", "burn", "bloom", "roll", "drift", "spin", "sink", "melt", "boil", "crash", "explode", "glow",
        "flutter", "sway", "drip", "rustle", "glitter", "sparkle", "bounce", "collapse", "flicker", "arrive", "depart",
    ]
)  # fmt: skip
"""What things do that nobody does to them."""
_HANGS_ON = frozenset(["with", "without", "in", "of", "on", "and", "at", "near", "or", "from"])
"""What joins the phrases of one subject: "a woman with a hat and a scarf"."""
_NO_SUBJECT = frozenset(["JJ", "JJR", "JJS", "CD", "DT", "PRP$", "IN", "POS"])
"""Tags of what stands before a noun, never between a subject and its verb."""
_WHOLE_NAME = 0.75
"""Of a lower score only the last word of a name is known."""
_IN_PHRASE = frozenset(["DT", "JJ", "JJR", "PRP$", "CD", "VBN", "HYPH", "RB"])


def paraphrased(pipeline: Language, docs: Iterator[Doc]) -> Iterator[tuple[Doc, Reworded]]:
    """Yield every document as captions would put it, and which character of its words each of the new stands for.

    Args:
        pipeline: that annotated the documents; it annotates what is put in another way.
        docs: annotated.
    """
    while some := list(islice(docs, _AT_ONCE)):
        plans = [[reworded(sentence) for sentence in doc.sents] for doc in some]
        changed = [one for plan in plans for one in plan if one is not None]
        again = iter(list(pipeline.pipe([one.text for one in changed])) if changed else [])
        for doc, plan in zip(some, plans, strict=True):
            if not any(plan):
                yield doc, joined([kept(doc.text)])
            else:
                yield _put_together(doc, plan, again)


def _put_together(doc: Doc, plan: Sequence[Reworded | None], again: Iterator[Doc]) -> tuple[Doc, Reworded]:
    parts: list[Doc] = []
    places = array("L")
    for sentence, new in zip(doc.sents, plan, strict=True):
        text = sentence.text_with_ws
        start = sentence.start_char
        read = None if new is None else next(again)
        if new is None or read is None:
            parts.append(sentence.as_doc())
            places.extend(range(start, start + len(text)))
        else:
            parts.append(read)
            places.extend(start + place for place in new.places)
    whole = in_one(parts)
    return whole, Reworded(whole.text, places)


def reworded(sentence: Span) -> Reworded | None:
    """Return a sentence as captions would put it, or None where it stays as it is."""
    table = words(sentence.doc.lang_)
    pieces = _turned(sentence, table) or (kept(sentence.text_with_ws),)
    turned = joined(pieces)
    return None if turned.text == sentence.text_with_ws else turned


# --- the simple present ---


def _progressive(sentence: Span, table: Words, start: int, end: int) -> list[Piece]:
    """Return the verbs in the simple present among tokens [start, end) as "is ...ing"; places in the sentence."""
    found: list[Piece] = []
    finite = frozenset(
        [one.i for one in sentence if (one.tag_ in FINITE or one.lower_ in BE) and one.pos_ in ("VERB", "AUX")][:2]
    )  # two are as good as all: whether there is another
    for token in sentence[start - sentence.start : end - sentence.start]:
        number = _number(token, sentence, table, finite)
        if not number and found and _goes_on(token):
            number = found[-1].text.partition(" ")[0]
        at = token.idx - sentence.start_char
        if _is_report(token, sentence):
            found.append(Piece("says", at, at + len(token)))
        elif _is_of_a_pair(token, sentence):
            found.append(Piece("other hand", at, at + len(token)))
        elif number:
            found.append(Piece(f"{number} {participle(present_base(token))}", at, at + len(token)))
    return found


def _is_of_a_pair(token: Token, sentence: Span) -> bool:
    """Tell whether a word means the second of two hands: "a cup in one hand and a phone in the other"."""
    alone = token.lower_ == "other" and (token.i + 1 == sentence.end or token.nbor().pos_ not in (*NOUNS, "ADJ"))
    if not alone or token.i < sentence.start + 4 or token.nbor(-1).lower_ != "the":
        return False
    said = [one.lower_ for one in sentence.doc[sentence.start : token.i]]
    return said[-2] in ("in", "with") and ("one", "hand") in pairwise(said)


def _is_report(token: Token, sentence: Span) -> bool:
    """Tell whether a word that was tagged a noun says what follows: the "states" of "the text states that"."""
    says = token.lower_ in ("states", "claims", "reports", "notes", "remarks") and token.tag_ == "NNS"
    return says and sentence.start < token.i < sentence.end - 1 and token.nbor().lower_ == "that"


def _goes_on(token: Token) -> bool:
    """Tell whether a word is one more verb of a row: "runs, jumps and laughs"."""
    joined = token.nbor(-1).lower_ in ("and", ",") if token.i else False
    verb = token.tag_ in ("NNS", "VBZ") and token.lower_.endswith("s") and not token.lower_.endswith(("ss", "us", "is"))
    bare = token.i + 1 == len(token.doc) or token.nbor().pos_ in ("PUNCT", "ADP", "ADV", "DET", "CCONJ")
    return joined and verb and bare and not _is_named(token) and present_base(token) not in _STATES


def _number(token: Token, sentence: Span, table: Words, finite: frozenset[int]) -> str:
    """Return "is" or "are" for a verb in the simple present, "" for every other word."""
    lower, base = token.lower_, present_base(token)
    if not lower.isalpha() or lower in _AUXILIARIES or token.i == sentence.start or base in _STATES:
        return ""
    if base in table.comment_verbs or base in table.tells or base in table.hedges:
        return ""
    before = token.nbor(-1)
    if before.lower_ in _AUXILIARIES or before.lower_ in ("to", "not", "n't") or before.tag_ == "MD":
        return ""
    if token.i + 1 < sentence.end and (token.nbor().tag_ == "JJ" or token.nbor().lower_ == "as"):
        return ""  # "stands tall", "serves as"
    if lower in _DONE_TO and token.i + 1 < sentence.end and token.nbor().pos_ == "ADP":
        return ""
    if token.pos_ == "VERB" and token.tag_ in ("VBZ", "VBP"):
        one_of_them = token.tag_ == "VBZ" and before.lower_ in _ALONE
        no_subject = before.lower_ in ("i", "you", "we") or (before.tag_ in _NO_SUBJECT and not one_of_them)
        if no_subject or not (one_of_them or _may_be_done(token, before)):
            return ""
        return "is" if token.tag_ == "VBZ" else "are"
    if token.pos_ == "VERB" and token.tag_ == "VB" and token.dep_ == "ROOT":
        bare = not any(child.dep_ in ("aux", "mark") for child in token.children)
        several = any(child.dep_ == "nsubj" and child.tag_ in ("NNS", "NNPS") for child in token.children)
        return "are" if bare and several else ""
    if token.tag_ in ("NNS", "NN", "VBZ", "VBP", "VB", "NNPS") and _is_disguised(token, sentence, finite):
        return "is" if lower.endswith("s") else "are"
    return ""


def _is_disguised(token: Token, sentence: Span, finite: frozenset[int]) -> bool:
    """Tell whether what was tagged a noun is the verb of its sentence: "sleeps" in "A dog sleeps"."""
    before = token.nbor(-1)
    after = token.nbor().tag_ if token.i + 1 < len(token.doc) else ""
    if before.i < sentence.start or after.startswith("NN"):
        return False
    if token.i + 1 < sentence.end and is_mutual(token.nbor()) and before.pos_ in NOUNS:
        return True  # "two men face one another"
    clause = bool(finite - {token.i})
    alone = before.lower_ in _ALONE and before.i > sentence.start
    ends = token.lower_.endswith("s") and not token.lower_.endswith(("ss", "us", "is"))
    if before.tag_ == "WP" or before.lower_ in _SOMEONE:  # "a man who smiles", "someone cooks"
        return ends
    if ends and not finite - {token.i, before.i} and _follows_phrase(token, sentence):
        return True
    if before.pos_ not in NOUNS and not alone:
        return False
    first = _first_of_phrase(before, sentence.start)
    article = first.nbor(-1).lower_ if first.i > sentence.start else ""
    if ends and alone:
        last = token.i + 1 == len(token.doc) or token.nbor().is_punct
        return (not clause or last) and not _is_named(token)
    if ends and article in _SINGULAR:  # "a dog sleeps": no noun in the plural has this article
        return (not clause or not _is_named(token)) and (_is_animate(before) or _may_be_done(token, before))
    plural = before.tag_ in ("NNS", "NNPS") or (before.lower_ in _SEVERAL and article not in _SINGULAR)
    if ends:
        mass = not plural or before.i != first.i
        return not clause and mass and article in _DETERMINED and _may_be_done(token, before)
    if clause or token.tag_ == "NNS" or not (_happens(token) or (_is_animate(before) and not _is_named(token))):
        return False
    joint = article == "and" or (
        article in _DETERMINED and first.i - 2 > sentence.start and first.nbor(-2).lower_ == "and"
    )
    last = token.i + 1 == len(token.doc) or token.nbor().is_punct
    return (plural or joint) and token.tag_ in ("NN", "VB", "VBP") and (last or token.dep_ in ("ROOT", "conj"))


def _follows_phrase(token: Token, sentence: Span) -> bool:
    """Tell whether a word is the verb after a subject of several phrases: "A girl without a jacket sits."."""
    if _is_compound(token):
        return False
    head = joined = None
    for i in range(token.i - 1, max(token.i - 2 * _MOST_BEFORE, sentence.start) - 1, -1):
        one = token.doc[i]
        if one.lower_ in _HANGS_ON:
            joined = one
        elif one.lower_ in _DETERMINED:
            if head is not None and head.nbor() == joined and joined.lower_ != "and":
                return one.lower_ in _SINGULAR and head.lower_ not in _SEVERAL and _does(head, token)
        elif one.pos_ in NOUNS or _is_named(one):
            head = one
        elif one.tag_ not in _IN_PHRASE:
            return False
    return False


def _does(subject: Token, verb: Token) -> bool:
    """Tell whether a thing or somebody may do what a word says, where it is a verb."""
    base = present_base(verb)
    if base in POSTURES or _happens(verb) or subject.lower_.startswith(base):  # "a skier skis"
        return True
    if _is_animate(subject):
        return not _is_named(verb) or is_known_verb(verb)
    return is_known_verb(verb) and verb.i + 1 < len(verb.doc) and verb.nbor().lower_ in _DETERMINED


def _is_compound(word: Token) -> bool:
    """Tell whether a word ends the name of a thing that the noun before it begins: "a pair of tennis shoes"."""
    known = ontology_of(word.doc).concept("category", f"{word.nbor(-1).lower_} {word.lower_}")
    return known is not None and known.score >= _WHOLE_NAME and known.base.count("_") > 0


def _happens(word: Token) -> bool:
    return present_base(word) in _HAPPENS


def _may_be_done(verb: Token, before: Token) -> bool:
    """Tell whether a word is no thing's name, or stands by one who may do it: boats are not done, dogs may "watch"."""
    if present_base(verb) in POSTURES or _happens(verb) or not _is_named(verb):
        return True
    return is_known_verb(verb) and (before.tag_ in ("PRP", "WP", "WDT") or _is_animate(before))


def _is_named(word: Token) -> bool:
    return ontology_of(word.doc).concept("category", word.lower_) is not None


def _is_animate(noun: Token) -> bool:
    ontology = ontology_of(noun.doc)
    return any(ontology.is_a(noun.lower_, kind) for kind in ("person", "animal"))


def _first_of_phrase(noun: Token, start: int) -> Token:
    """Return the first token after the article of the phrase that ends with `noun`: "slice" of "a slice of pizza"."""
    first = noun
    while first.i > max(start, noun.i - _MOST_BEFORE):
        before = first.nbor(-1)
        if before.tag_ in ("NN", "NNP", "JJ", "JJR", "HYPH", "CD", "VBN", "VBG") or (
            before.lower_ == "of" and before.i > start + 1 and before.nbor(-1).pos_ in NOUNS
        ):
            first = before
            continue
        return first
    return first


# --- the place before the thing ---


def _turned(sentence: Span, table: Words) -> tuple[Piece, ...]:
    """Return the pieces of a sentence with the thing before its place, and its verbs as "is ...ing"."""
    text = sentence.text_with_ws
    found = inversion(sentence, table)
    if found is None:
        return edited(text, _progressive(sentence, table, sentence.start, sentence.end))
    first, place_end, verb, verb_said, thing, end = found
    doc = sentence.doc

    def stretch(start: int, stop: int, edits: Sequence[Piece] = ()) -> list[Piece]:
        low, high = at(start), at(stop - 1) + len(doc[stop - 1])
        return list(_within(text, low, high, edits))

    def at(i: int) -> int:
        return doc[i].idx - sentence.start_char

    gap = Piece(" ", at(verb), at(verb) + 1)
    before: list[Piece] = []
    if first > sentence.start:
        cut = next((i for i in range(first, sentence.start, -1) if doc[i - 1].lower_ not in JOINS), first)
        before = [*stretch(sentence.start, cut, _progressive(sentence, table, sentence.start, cut)), gap]
        if cut < first:  # a sentence of its own
            before = [*before[:-1], Piece(". ", at(cut), at(first))]
    whole = [
        *before,
        *stretch(thing, end, _progressive(sentence, table, thing, end)),
        gap,
        Piece(verb_said, at(verb), at(verb) + len(doc[verb])),
        gap,
        Piece(doc[first].lower_, at(first), at(first) + len(doc[first])),
        *_within(text, at(first) + len(doc[first]), at(place_end - 1) + len(doc[place_end - 1]), ()),
    ]
    rest = at(end - 1) + len(doc[end - 1])
    if end + 3 < sentence.end and doc[end].lower_ in JOINS and inversion(doc[end + 1 : sentence.end], table):
        after = at(end + 1)  # "... and behind it is a van": a sentence of its own
        more = [
            Piece(one.text, one.start + after, one.end + after) for one in _turned(doc[end + 1 : sentence.end], table)
        ]
        return tuple(one for one in (*whole, Piece(". ", rest, after), *more) if one.text)
    tail = list(_progressive(sentence, table, end, sentence.end)) if end < sentence.end else []
    return tuple(one for one in (*whole, *_within(text, rest, len(text), tail)) if one.text)


def _within(text: str, low: int, high: int, edits: Sequence[Piece]) -> Iterator[Piece]:
    at = low
    for edit in edits:
        if low <= edit.start and edit.end <= high:
            yield kept(text, at, edit.start)
            yield edit
            at = edit.end
    yield kept(text, at, high)
