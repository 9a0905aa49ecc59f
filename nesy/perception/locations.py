"""Reply -> where the things are that a description in words named; what cannot be used is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nesy.errors import ReplyError
from nesy.geometry import Box
from nesy.image import Image
from nesy.perception.box_reading import form_of, sure_of_box
from nesy.perception.confidence import Probabilities
from nesy.perception.json_text import Fields, Leaf, Node, Rows, objects
from nesy.perception.json_values import four_numbers, shown
from nesy.perception.problems import Problems
from nesy.scene import Entity
from nesy.turns import Reply


@dataclass(frozen=True)
class Locations:
    """Entity -> its box, of those that the model saw; how sure it was of each; and what could not be used."""

    boxes: Mapping[str, Box]
    confidences: Mapping[str, float | None]
    problems: tuple[str, ...] = ()

    def place(self, entity: Entity) -> Entity:
        """Return an entity with the box that it was given."""
        if entity.id not in self.boxes:
            return entity
        return entity.model_copy(
            update={"box": self.boxes[entity.id], "box_confidence": self.confidences.get(entity.id)}
        )


def parse_locations(reply: Reply, entities: Sequence[Entity], image: Image) -> Locations:
    """Read the boxes of entities out of a reply's text.

    Raises:
        ReplyError: no JSON object in the text has an entity's id as a key.
    """
    problems = Problems(reply)
    probabilities = Probabilities(reply, problems)
    ids = {entity.id for entity in entities}
    found = max(objects(reply.text), key=lambda one: len(ids & one.items.keys()), default=None)
    if found is None or not ids & found.items.keys():
        raise ReplyError(reply.text, ('no boxes in the reply: one JSON object such as {"cup_1":[...]} was expected',))
    problems.extend(found.lost)
    for key in found.items.keys() - ids:
        problems.add(f"{key[:60]!r} is no thing that was asked for; ignored")
    nodes = {name: _box_of(found.items[name]) for name in ids & found.items.keys()}
    numbers = {name: four for name, node in sorted(nodes.items()) if (four := four_numbers(node)) is not None}
    form, note = form_of(list(numbers.values()), reply.boxes, image)
    if note:
        problems.add(note)
    boxes: dict[str, Box] = {}
    confidences: dict[str, float | None] = {}
    for entity in entities:
        node = nodes.get(entity.id)
        if node is None or (isinstance(node, Leaf) and node.value is None):
            problems.add(f"{entity.id}: the model gives no box")
        elif entity.id not in numbers:
            problems.add(f"{entity.id}: box dropped, four numbers expected, got {shown(node)}")
        elif not form.fits(numbers[entity.id]):
            problems.add(f"{entity.id}: box dropped, {form.misfit(numbers[entity.id])}")
        else:
            boxes[entity.id] = form.box(numbers[entity.id])
            confidences[entity.id] = sure_of_box(node, probabilities)
    return Locations(boxes, confidences, problems.listed())


def _box_of(node: Node) -> Node:
    """Return the box itself, where it stands in an object of its own, or in a list of one."""
    if isinstance(node, Fields) and len(node.items) == 1:
        return next(iter(node.items.values()))
    if isinstance(node, Rows) and len(node.items) == 1:
        return node.items[0]
    return node
