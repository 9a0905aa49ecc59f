"""An album -> what differs between its pictures, as far as it is listed: things, what they are like, what they do."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from nesy.analysis import Album
from nesy.analysis.rounds import Frozen
from nesy.ontology import Ontology
from nesy.scene import PartState, Relation, Scene, term


class Difference(Frozen):
    """One thing that is so in some of the pictures and not in the others.

    >>> Difference(kind="thing", pictures=(2,), text="p2_dog_1, a dog", claims=("p2_dog_1",)).pictures
    (2,)
    """

    kind: Literal["thing", "attribute", "doing"]
    """`thing`: it is there; `attribute`: what it is like; `doing`: what it does, or where it is."""
    pictures: tuple[int, ...]
    """In which it is so, from 1."""
    text: str
    """What is so, in words."""
    claims: tuple[str, ...]
    """The claims that say so, each by its picture: `p2_r1`."""


def differences(album: Album, ontology: Ontology) -> tuple[Difference, ...]:
    """Return what is so in some of the pictures and not in all, things first.

    What a thing is like and does is compared in those pictures that show it, and for what it does that show the other
    thing as well: of what is not there nothing differs but that. Where a thing stands in the picture is not compared.
    """
    return (*_things(album), *_attributes(album, ontology), *_doings(album, ontology))


def _things(album: Album) -> Iterator[Difference]:
    everywhere = len(album.pictures)
    for names in album.groups:
        pictures = _pictures(album, names)
        if len(pictures) < everywhere:
            yield Difference(kind="thing", pictures=pictures, text=_told(album, names[0]), claims=names)


def _attributes(album: Album, ontology: Ontology) -> Iterator[Difference]:
    for names in album.groups:
        shown = _pictures(album, names)
        said: dict[str, list[str]] = defaultdict(list)
        for name in names:
            number, own = album.things[name]
            for attribute in album.pictures[number - 1].scene.entity(own).attributes:
                said[ontology.canonical("attribute", attribute)].append(name)
        for attribute, by in said.items():
            pictures = _pictures(album, by)
            if len(pictures) < len(shown):
                text = f"{names[0]} is {attribute.replace('_', ' ')}"
                yield Difference(kind="attribute", pictures=pictures, text=text, claims=tuple(by))


def _doings(album: Album, ontology: Ontology) -> Iterator[Difference]:
    first = {name: names[0] for names in album.groups for name in names}
    of_name = {place: name for name, place in album.things.items()}
    shown = {names[0]: set(_pictures(album, names)) for names in album.groups}
    said: dict[tuple[str, str, str], dict[int, str]] = defaultdict(dict)
    for number, picture in enumerate(album.pictures, start=1):
        for claim_id, subject, words, target in _statements(picture.scene, ontology):
            one = first[of_name[number, subject]]
            other = "" if target is None else first[of_name[number, target]]
            said[one, words, other].setdefault(number, claim_id)
    for (one, words, other), by in said.items():
        both = shown[one] & shown.get(other, shown[one])
        if set(by) < both:
            text = " ".join(part for part in (one, words, other) if part)
            claims = tuple(f"p{number}_{claim}" for number, claim in by.items())
            yield Difference(kind="doing", pictures=tuple(sorted(by)), text=text, claims=claims)


def _statements(scene: Scene, ontology: Ontology) -> Iterator[tuple[str, str, str, str | None]]:
    claim: Relation | PartState
    for claim in scene.relations:
        words = ontology.canonical("predicate", claim.predicate).replace("_", " ")
        yield claim.id, claim.subject, words, claim.object
    for claim in scene.part_states:
        words = f"{term(claim.part)} {ontology.canonical('state', claim.state)}".replace("_", " ")
        yield claim.id, claim.entity, words, claim.object


def _pictures(album: Album, names: tuple[str, ...] | list[str]) -> tuple[int, ...]:
    things: Mapping[str, tuple[int, str]] = album.things
    return tuple(sorted({things[name][0] for name in names}))


def _told(album: Album, name: str) -> str:
    number, own = album.things[name]
    entity = album.pictures[number - 1].scene.entity(own)
    like = " ".join((*entity.attributes, entity.category)).replace("_", " ")
    return f"{name} ({like})"
