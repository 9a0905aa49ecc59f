"""A mention in, whether it names a thing out: the picture itself, its regions and what cannot be boxed are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.lexicon import Words
from nesy.language.nouns import NOUNS
from nesy.language.viewpoint import is_side

if TYPE_CHECKING:
    from spacy.tokens import Token


def is_thing(head: Token, label: str, table: Words) -> bool:
    """Tell whether a mention names a thing.

    Args:
        head: the mention's head noun.
        label: its normal form: a "focal point" is none though a "point" might be.
        table: the lists of the language.
    """
    lower = head.lower_
    if not head.whitespace_ and head.i + 1 < len(head.doc) and head.nbor().text == "-":
        return False  # the man of "man-made"
    if (
        head.i
        and head.nbor(-1).text == "-"
        and not head.nbor(-1).whitespace_
        and head.dep_ != "amod"
        and head.pos_ not in NOUNS
    ):
        return False  # the legs of "cross-legged"
    if lower == "camera" and _is_the_camera(head):
        return False
    if not any(character.isalnum() for character in label):
        return False
    if lower in table.picture_verbs and head.i > 0 and head.nbor(-1).lower_ in table.pictures:
        return False
    if head.tag_ == "VBG" and any(child.dep_ in ("aux", "nsubj") for child in head.children):
        return False  # "two teams are facing each other" names no face
    if head.dep_ == "nsubj" and lower in ("text", "sentence", "paragraph") and head.head.lemma_ in table.reports:
        return False
    if head.tag_ in ("VBP", "VBD") and any(child.lower_ in ("i", "we", "you") for child in head.children):
        return False  # "I wonder"
    if head.pos_ not in NOUNS:
        return True
    if lower in table.pictures:
        return not _is_the_picture(head, table)
    if is_side(head, label):
        return False
    if lower in table.regions:
        return lower in table.own_regions and (" " in label or any(child.dep_ == "amod" for child in head.lefts))
    return lower not in table.abstract


def _is_the_camera(head: Token) -> bool:
    """Tell whether it is the one that takes the picture: "looking at the camera"."""
    before = {child.lower_ for child in head.lefts}
    return "the" in before and bool(
        before & {"at", "to", "toward", "towards", "from", "for"} or head.head.lemma_ == "face"
    )


def _is_shown(verb: Token, table: Words) -> bool:
    """Tell whether it is who looks at a text's own picture that a verb speaks of: "I see", "this is", "it shows"."""
    subject = next((child for child in verb.children if child.dep_.startswith("nsubj")), None)
    if subject is None:
        return verb.lemma_ not in ("hold", "take", "hang", "carry", "look", "paint", "draw")
    return subject.pos_ not in NOUNS or subject.lower_ in table.pictures


def _is_the_picture(head: Token, table: Words) -> bool:
    """Tell whether "image", "picture" or "scene" is the one that the text is about: not one that hangs on a wall."""
    if head.lower_ in ("scene", "scenes", "view", "views", "setting", "composition", "shot", "caption", "depiction"):
        return True
    article = next((child.lower_ for child in head.lefts if child.dep_ == "det"), "")
    if head.dep_ in ("nsubj", "ROOT", "nsubj:pass") and (article in ("the", "this") or head.i == head.sent.start):
        return head.head.lemma_ in table.tells or head.dep_ == "ROOT"
    if article in ("", "a", "an") and any(child.dep_ == "nmod" for child in head.rights):
        return head.dep_ == "ROOT" or (head.dep_ == "obj" and _is_shown(head.head, table))
    owned = any(child.dep_ in ("nmod:poss", "compound", "amod") for child in head.lefts)
    return article in ("the", "this") and not owned
