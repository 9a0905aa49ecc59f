"""The relations of a text in, its part states out: "a cup in her right hand" is her right hand holding the cup.

A body part that a text names only to say how something is done is no thing beside its owner; what else is said of it
("a tattooed arm") keeps it one. The states are HAKE's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nesy.language.things import Thing
from nesy.ontology import Ontology
from nesy.scene import term

Key = tuple[int, str, int]
"""Subject, predicate, object; things by index."""

_AT = frozenset(["in", "on", "with", "within", "inside", "at", "around", "under", "over", "against", "onto", "between"])
_BY_PART = {
    "hand": {"in": "hold", "within": "hold", "inside": "hold", "on": "hold", "with": "hold", "around": "hold",
             "at": "touch", "against": "touch", "onto": "hold", "have": "hold", "grip": "hold"},
    "arm": {"under": "shoulder_carry", "on": "shoulder_carry", "over": "shoulder_carry", "in": "hug", "around": "hug"},
    "foot": {"on": "stand_on", "onto": "stand_on", "at": "stand_on", "in": "stand_on", "against": "tread_on"},
    "leg": {"over": "straddle", "on": "is_close_with", "around": "straddle", "between": "straddle",
            "against": "is_close_with"},
    "head": {"on": "wear", "over": "wear", "against": "be_close_with"},
    "hip": {"on": "sit_on", "in": "sit_in", "against": "be_close_with"},
}  # fmt: skip
"""Kind of part -> preposition -> the state of a part that something is in, on or with."""
_TREADS = frozenset(["pedal", "pedals", "brake", "stirrup", "stirrups", "gas pedal", "bicycle pedal", "bike pedal"])
_TOUCHED = frozenset(["person", "animal", "furniture"])
_CARRIED = frozenset(["carry", "hold", "have"])
_OF_PARTS = frozenset(["left", "right", "own", "both", "other", "2"])
"""Qualities that only say which part is meant."""


@dataclass(frozen=True)
class Held:
    """A part of somebody in a state.

    Args:
        owner: whose part it is; an index.
        part: as the ontology has it, with blanks: "right hand".
        state: likewise: "hold".
        thing: what the state is towards.
        said: the relations that say so.
    """

    owner: int
    part: str
    state: str
    thing: int
    said: tuple[Key, ...]


def part_states(
    things: Sequence[Thing], relations: Mapping[Key, Collection[int]], used: Mapping[int, int], ontology: Ontology
) -> tuple[list[Held], frozenset[int]]:
    """Return the states of body parts, and the parts that are no things of their own.

    Args:
        things: all that the text names.
        relations: all that it says of them, and the tokens that say each.
        used: part -> the token of the verb that it is used for: "kicks" in "kicks a ball with his right foot".
        ontology: whose parts and states there are.
    """
    parts = {i: name for i, thing in enumerate(things) if (name := part_name(thing, ontology))}
    of_part: dict[int, list[Key]] = {}
    done: dict[int, list[Key]] = {}
    for key in relations:
        done.setdefault(key[0], []).append(key)
        for end in {key[0], key[2]} & parts.keys():
            of_part.setdefault(end, []).append(key)
    by_verb: dict[int, list[Key]] = {}
    for key, tokens in relations.items():
        for i in tokens:
            by_verb.setdefault(i, []).append(key)
    found: dict[tuple[int, str, str, int], tuple[Key, ...]] = {}
    gone: set[int] = set()
    for part, name in parts.items():
        mine = of_part.get(part, [])
        uses = [key for key in by_verb.get(used.get(part, -1), ()) if part not in (key[0], key[2])]
        whose = [s for s, predicate, _ in mine if predicate == "have" and things[s].person]
        whose = whose or [one for one in things[part].owners if things[one].person]
        whose = whose or [key[0] for key in uses if things[key[0]].person]
        whose = whose or [s for s, predicate, _ in mine if predicate.endswith("with") and things[s].person]
        states = [
            state
            for owner in dict.fromkeys(whose)
            for state in _states(part, name, owner, mine, uses, done.get(owner, ()), things, ontology)
        ]
        for one in states:  # of both hands once
            same = (one.owner, one.part, one.state, one.thing)
            found[same] = tuple(dict.fromkeys((*found.get(same, ()), *one.said)))
        told = {key for state in states for key in state.said}
        rest = [key for key in mine if key not in told and not _is_owning(key, part, whose, things)]
        if states and not rest and not things[part].qualities - _OF_PARTS:
            gone.add(part)
    return [Held(*one, said) for one, said in found.items()], frozenset(gone)


def part_name(thing: Thing, ontology: Ontology) -> str:
    """Return which body part a thing is, as the ontology has it, or ""."""
    noun = ontology.canonical("part", term(thing.noun))
    whole = ontology.canonical("part", term(thing.category))
    if whole in ontology.part_states:
        side = next((one for one in ("left", "right") if one in thing.qualities), "")
        sided = ontology.canonical("part", f"{side}_{whole}") if side else ""
        return sided if sided in ontology.part_states else whole
    if noun not in ontology.part_states:
        return ""
    side = next((one for one in ("left", "right") if one in thing.qualities or one in thing.category.split()), "")
    sided = ontology.canonical("part", f"{side}_{noun}") if side else ""
    return sided if sided in ontology.part_states else noun


def _is_owning(key: Key, part: int, whose: Sequence[int], things: Sequence[Thing]) -> bool:
    """Tell whether a relation says no more than whose part it is, or that something is by it."""
    subject, predicate, thing = key
    last = predicate.rpartition(" ")[2]
    return thing == part and (predicate == "have" or last in _AT) and (subject in whose or not things[subject].person)


def _states(
    part: int,
    name: str,
    owner: int,
    mine: Sequence[Key],
    uses: Sequence[Key],
    done: Sequence[Key],
    things: Sequence[Thing],
    ontology: Ontology,
) -> list[Held]:
    """Return the states of one part of an owner.

    Args:
        part: the part, by index.
        name: as the ontology has it.
        owner: whose it is, by index.
        mine: the relations with the part.
        uses: those of the verb that the part is used for.
        done: those that the owner is the subject of.
        things: all.
        ontology: whose states there are.
    """
    allowed = ontology.part_states[name]
    kind = name.rpartition("_")[2]
    of_preposition = _BY_PART.get(kind, {})

    def named(verb: str) -> str:
        return ontology.canonical("state", term(verb))

    def held(state: str, thing: int, said: Key) -> list[Held]:
        if state not in allowed or thing in (owner, part):
            return []
        return [Held(owner, name.replace("_", " "), state.replace("_", " "), thing, (said,))]

    found: list[Held] = []
    for key in mine:
        subject, predicate, thing = key
        last = predicate.rpartition(" ")[2]
        if subject == part:  # "his left hand is holding a cup", "his hands on the handlebars"
            state = named(predicate)
            if state not in allowed and last in _AT:
                state = "" if last in ("in", "inside", "with") else of_preposition.get(last, "")
                if last == "over" and not ontology.is_a(things[thing].noun, "clothing"):
                    state = ""  # "over his head flies a kite"
                if kind == "foot" and things[thing].noun in _TREADS:
                    state = "tread_on"
                if kind == "hand" and any(ontology.is_a(things[thing].noun, one) for one in _TOUCHED):
                    state = "touch"
            found += held(state, thing, key)
        elif last == "with" and uses and things[subject].owners:
            continue  # "holds a phone to her ear with her right hand": no ear is held
        elif subject != owner and last in _AT and not things[subject].person:  # "holds a cup in her right hand"
            said = next((named(k[1]) for k in done if k[2] == subject and named(k[1]) in allowed), "")
            state = of_preposition.get(last, "")
            if kind == "arm" and last == "on" and not {k[1] for k in done if k[2] == subject} & _CARRIED:
                state = ""  # a tattoo on an arm is not carried
            if kind == "head" and not ontology.is_a(things[subject].noun, "clothing"):
                others = {k[1] for k in done if k[2] == subject} - {"wear", "have", "with", "put on"}
                state = "" if others or last == "over" else state  # a basket is carried on the head, and not worn
            found += held(said or state, subject, key)
    if found:
        return found
    for key in uses:  # "kicks a ball with his right foot"
        if key[0] == owner:
            found += held(named(key[1]) if named(key[1]) in allowed else "", key[2], key)
    return found
