"""Drawn pairs: the same world twice, with exact truth."""

from nesy.synthetic.pairs import draw_pair


def test_what_is_the_same_looks_the_same_and_some_of_it_is_in_one_alone() -> None:
    alone = moved = 0
    for index in range(40):
        pair = draw_pair(5, index)
        first, second = ({entity.id: entity for entity in one.scene.entities} for one in pair.drawings)
        assert pair.same and len(set(pair.same.values())) == len(pair.same)
        for later, earlier in pair.same.items():
            assert second[later].category == first[earlier].category
            assert second[later].attributes == first[earlier].attributes
            moved += second[later].box != first[earlier].box
        alone += len(first) + len(second) - 2 * len(pair.same)
        relations = [
            {(pair.same.get(r.subject, ""), r.predicate, pair.same.get(r.object, "")) for r in one.scene.relations}
            if one is pair.drawings[1]
            else {(r.subject, r.predicate, r.object) for r in one.scene.relations}
            for one in pair.drawings
        ]
        kept = {one for one in relations[1] if one[0] and one[2]}
        assert kept <= relations[0]  # who is in both does the same in both
    assert alone > 40 and moved > 100


def test_a_pair_is_drawn_again_by_its_numbers() -> None:
    one, other, another = draw_pair(1, 2), draw_pair(1, 2), draw_pair(1, 3)
    assert [d.image.tobytes() for d in one.drawings] == [d.image.tobytes() for d in other.drawings]
    assert one.same == other.same and one.drawings[0].scene != another.drawings[0].scene
