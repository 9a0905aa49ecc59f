"""Circles of relations: the shortest, each once, whatever the order; against all circles by brute force."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.checking import check
from nesy.checking.cycles import Cycle, cycles
from nesy.ontology.namespaces import RULES
from nesy.scene import Relation, Scene

NODES = "abcdefg"


def related(*pairs: str, predicate: str = "on") -> list[Relation]:
    return [
        Relation(id=f"r{number}", subject=pair[0], predicate=predicate, object=pair[1])
        for number, pair in enumerate(pairs, start=1)
    ]


def found(relations: list[Relation]) -> list[Cycle]:
    return cycles(relations, lambda relation: relation.predicate)


def told(relations: list[Relation]) -> list[str]:
    return ["".join(relation.subject for relation in circle) for circle in found(relations)]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ("ab bc ca", ["abc"]),
        ("ab bc cd da", ["abcd"]),
        ("ab bc cd de ef fa", ["abcdef"]),
        ("ab bc cd de ef fa ca", ["abc"]),  # a short cut
        ("ab bc ca de ef fd", ["abc", "def"]),
        ("ab bc ca ad de ea", ["abc", "ade"]),  # they share an entity
        ("ab bc ca bd da", ["abc"]),  # they share a relation
        ("ab ba", []),
        ("ab ba bc cb ca ac", ["abc", "acb"]),
        ("aa ab bc", []),
        ("ab ab bc ca", ["abc"]),
    ],
)
def test_circles_by_hand(pairs: str, expected: list[str]) -> None:
    assert sorted(told(related(*pairs.split()))) == expected


def every_circle(relations: list[Relation]) -> set[frozenset[str]]:
    """Return the entities' pairs of all circles, by trying every order of every few entities."""
    pairs = {(relation.subject, relation.object) for relation in relations}
    return {
        frozenset(a + b for a, b in zip(order, (*order[1:], order[0]), strict=True))
        for size in range(3, len(NODES) + 1)
        for order in permutations(NODES, size)
        if order[0] == min(order) and all(pair in pairs for pair in zip(order, (*order[1:], order[0]), strict=True))
    }


def test_the_first_circle_is_a_shortest_one_and_none_is_left() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        relations = related(*(rng.choice(NODES[:6]) + rng.choice(NODES[:6]) for _ in range(rng.randint(3, 12))))
        every, got = every_circle(relations), found(relations)
        assert bool(every) == bool(got)
        for circle in got:
            pairs = [relation.subject + relation.object for relation in circle]
            assert frozenset(pairs) in every and len(pairs) == len(set(pairs))
        if got:
            assert min(map(len, got)) == min(map(len, every))
        left = [relation for relation in relations if not any(relation in circle for circle in got)]
        assert not every_circle(left)


pairs = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).map("".join), max_size=12)


@given(pairs, st.randoms())
def test_the_order_of_relations_does_not_matter(some: list[str], rng: random.Random) -> None:
    relations = related(*some)
    mixed = rng.sample(relations, len(relations))
    assert found(mixed) == found(relations)


@given(pairs)
def test_the_rule_finds_a_circle_when_there_is_one(some: list[str]) -> None:
    relations = related(*some)
    scene = Scene.model_validate(
        {"entities": [{"id": node, "category": "book"} for node in NODES], "relations": relations}
    )
    claims = [f.claims for f in check(scene).findings if f.rule == str(RULES.SpatialCycle)]
    assert sorted(claims) == sorted(tuple(sorted(r.id for r in circle)) for circle in found(relations))
    assert bool(claims) == bool(every_circle(relations))


def test_many_relations_take_no_long_time() -> None:
    rng = random.Random(0)
    names = [f"e{number}" for number in range(150)]
    many = [
        Relation(id=f"r{number}", subject=rng.choice(names), predicate="on", object=rng.choice(names))
        for number in range(3000)
    ]
    assert len(found(many)) > 500
