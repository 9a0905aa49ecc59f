"""One JSON object of a reply -> Scene; rows that cannot be used are dropped and reported."""

import re
from collections.abc import Sequence

from nesy.geometry import SHARES, Box, BoxForm
from nesy.image import Image
from nesy.perception.box_reading import form_of, sure_of_box
from nesy.perception.confidence import Probabilities, Span
from nesy.perception.json_text import Fields, Leaf, Node, Rows
from nesy.perception.json_values import four_numbers, id_of, label_of, shown, whole
from nesy.perception.problems import Problems
from nesy.scene import Count, Entity, PartState, Relation, Scene, term

LISTS = ("entities", "part_states", "relations", "counts")
ROW_KEYS = frozenset({"id", "category", "entity", "subject", "predicate"})
"""An object with one of these is a row of one of the lists."""
MAX_ROWS = 200
"""Rows of one list that are read; a reply under the grammar never comes near it."""
BOX_KEYS = ("box", "bbox", "bbox_2d")
"""Under these a box is read, whichever of them the model declares; `box_2d`, which others fill in another order, only
where it is declared."""
_NUMBERED = re.compile(r"(.*?)[_\-. ]*\d+", re.DOTALL)


def written(found: Fields) -> int:
    """Return how many rows an object has where its lists should be, those that could not be read included."""
    nodes = [found.items.get(name) for name in LISTS]
    return sum(len(node.items) + len(node.lost) for node in nodes if isinstance(node, (Rows, Fields)))


class SceneReader:
    """Reads one JSON object as a scene; holds what the rows have in common."""

    def __init__(self, problems: Problems, probabilities: Probabilities, boxes: BoxForm = SHARES) -> None:
        """Take what is shared by the readers of a reply.

        Args:
            problems: where what is dropped is told.
            probabilities: of the reply's tokens.
            boxes: how the model writes boxes of this picture.
        """
        self._problems = problems
        self._probabilities = probabilities
        self._boxes = boxes
        self._taken: set[str] = set()

    def read(self, found: Fields, image: Image, given: Sequence[Entity] = ()) -> Scene:
        """Return the scene that `found` tells of `image`; never raises. `given` stand in it, listed or not."""
        for key in found.items:
            if key not in (*LISTS, "schema", "image"):
                self._problems.add(f"unknown key {key[:60]!r} ignored")
        entities = self._entities(self._rows(found, "entities"), image)
        listed = {entity.id for entity in entities}
        entities += [entity for entity in given if entity.id not in listed]
        known = {entity.id for entity in entities}
        self._taken = set(known)
        return Scene(
            image=image.info,
            entities=tuple(entities),
            part_states=tuple(self._part_states(self._rows(found, "part_states"), known)),
            relations=tuple(self._relations(self._rows(found, "relations"), known)),
            counts=tuple(self._counts(self._rows(found, "counts"))),
        )

    def _rows(self, found: Fields, name: str) -> list[tuple[str, Fields]]:
        node = found.items.get(name)
        if node is None:
            self._problems.add(f"{name}: missing; read as empty")
            return []
        if not isinstance(node, Rows):
            self._problems.add(f"{name}: a list was expected, got {shown(node)}")
            return []
        self._problems.extend([f"{name}: {line}" for line in node.lost])
        if len(node.items) > MAX_ROWS:
            self._problems.add(f"{name}: {len(node.items)} rows; only the first {MAX_ROWS} are read")
        rows = []
        for i, item in enumerate(node.items[:MAX_ROWS]):
            if isinstance(item, Fields):
                self._problems.extend([f"{name}[{i}]: {line}" for line in item.lost])
                rows.append((f"{name}[{i}]", item))
            else:
                self._problems.add(f"{name}[{i}]: an object was expected, got {shown(item)}")
        return rows

    def _entities(self, rows: list[tuple[str, Fields]], image: Image) -> list[Entity]:
        entities: dict[str, Entity] = {}
        boxes = [numbers for _, row in rows if (numbers := four_numbers(self._box_node(row))) is not None]
        form, note = form_of(boxes, self._boxes, image)
        if note:
            self._problems.add(note)
        given = {found for _, row in rows if (found := id_of(row.items.get("id")))}
        for where, row in rows:
            self._unknown_keys(where, row, ("id", "category", "attributes", self._boxes.key, *BOX_KEYS))
            named = self._named(where, row, given)
            if named is None:
                continue
            entity_id, category, span = named
            sure = {"confidence": self._probabilities.of([span])}
            node = self._box_node(row)
            box = self._box(where, node, form)
            if box is not None and node is not None:
                sure["box_confidence"] = sure_of_box(node, self._probabilities)
            attributes = self._attributes(where, row.items.get("attributes"))
            entity = Entity(id=entity_id, category=category, box=box, attributes=attributes, **sure)
            if entity_id in entities:
                first = entities[entity_id].model_copy(update=sure)
                same = "says the same again; merged" if first == entity else "is used before; the first is kept"
                self._problems.add(f"{where}: the id {entity_id!r} {same}")
                continue
            entities[entity_id] = entity
        return list(entities.values())

    def _named(self, where: str, row: Fields, given: set[str]) -> tuple[str, str, Span] | None:
        """Return an entity's id, its category and where the category is written."""
        id_node, category_node = row.items.get("id"), row.items.get("category")
        category = self._label(where, row, "category") if category_node is not None else None
        if category_node is not None and category is None:
            return None
        if id_node is None:
            if category is None or not isinstance(category_node, Leaf):
                self._problems.add(f"{where}: dropped, it has no id")
                return None
            return self._fresh_entity_id(category, given), category, (category_node.start, category_node.end)
        entity_id = id_of(id_node)
        if entity_id is None or not isinstance(id_node, Leaf):
            self._problems.add(f"{where}: dropped, {shown(id_node)} is no id")
            return None
        if category is not None and isinstance(category_node, Leaf):
            return entity_id, category, (category_node.start, category_node.end)
        numbered = _NUMBERED.fullmatch(entity_id)
        category = numbered[1] if numbered else entity_id
        if not category.strip("_-. "):
            self._problems.add(f"{where}: dropped, the id {entity_id!r} names no category")
            return None
        return entity_id, category, (id_node.start, id_node.start + len(category))

    def _fresh_entity_id(self, category: str, given: set[str]) -> str:
        stem = re.sub(r"[^\w.\-]", "", term(category))[:90].lstrip(".-") or "entity"
        number = 1
        while f"{stem}_{number}" in given:
            number += 1
        given.add(f"{stem}_{number}")
        return f"{stem}_{number}"

    def _part_states(self, rows: list[tuple[str, Fields]], known: set[str]) -> list[PartState]:
        states: dict[tuple[str, ...], PartState] = {}
        for where, row in rows:
            self._unknown_keys(where, row, ("id", "entity", "part", "state", "object"))
            towards = row.items.get("object")
            bare = towards is None or (isinstance(towards, Leaf) and towards.value is None)
            target: str | None = None
            if (  # the first that is amiss is told
                (entity := self._reference(where, row, "entity", known)) is None
                or (part := self._label(where, row, "part")) is None
                or (state := self._label(where, row, "state")) is None
                or not (bare or (target := self._reference(where, row, "object", known)))
            ):
                continue
            key = (entity, term(part), term(state), target or "")
            if key in states:
                self._problems.add(f"{where}: says {states[key].id} again; merged")
                continue
            states[key] = PartState(
                id=self._fresh("p", len(states)),
                entity=entity,
                part=part,
                state=state,
                object=target,
                confidence=self._sure(row, "entity", "part", "state", *(() if bare else ("object",))),
            )
        return list(states.values())

    def _relations(self, rows: list[tuple[str, Fields]], known: set[str]) -> list[Relation]:
        relations: dict[tuple[str, ...], Relation] = {}
        for where, row in rows:
            self._unknown_keys(where, row, ("id", "subject", "predicate", "object"))
            if (
                (subject := self._reference(where, row, "subject", known)) is None
                or (predicate := self._label(where, row, "predicate")) is None
                or (target := self._reference(where, row, "object", known)) is None
            ):
                continue
            key = (subject, term(predicate), target)
            if key in relations:
                self._problems.add(f"{where}: says {relations[key].id} again; merged")
                continue
            relations[key] = Relation(
                id=self._fresh("r", len(relations)),
                subject=subject,
                predicate=predicate,
                object=target,
                confidence=self._sure(row, "subject", "predicate", "object"),
            )
        return list(relations.values())

    def _counts(self, rows: list[tuple[str, Fields]]) -> list[Count]:
        counts: dict[tuple[str, int], Count] = {}
        for where, row in rows:
            self._unknown_keys(where, row, ("id", "category", "value"))
            node = row.items.get("value")
            value = whole(node)
            if value is None or not 0 <= value <= 10_000:
                self._problems.add(f"{where}: dropped, value: 0 to 10000 expected, got {shown(node)}")
                continue
            category = self._label(where, row, "category")
            if category is None:
                continue
            key = (term(category), value)
            if key in counts:
                self._problems.add(f"{where}: says {counts[key].id} again; merged")
                continue
            counts[key] = Count(
                id=self._fresh("n", len(counts)),
                category=category,
                value=value,
                confidence=self._sure(row, "category", "value"),
            )
        return list(counts.values())

    def _fresh(self, prefix: str, used: int) -> str:
        """Return p1, p2 ...; numbers that an entity already bears as its id are passed over."""
        number = used + 1
        while f"{prefix}{number}" in self._taken:
            number += 1
        self._taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def _sure(self, row: Fields, *keys: str) -> float | None:
        nodes = [row.items[key] for key in keys]
        return self._probabilities.of([(node.start, node.end) for node in nodes if isinstance(node, Leaf)])

    def _reference(self, where: str, row: Fields, key: str, known: set[str]) -> str | None:
        node = row.items.get(key)
        target = id_of(node)
        if target is None:
            self._problems.add(f"{where}: dropped, {key}: an entity's id expected, got {shown(node)}")
            return None
        if target not in known:
            self._problems.add(f"{where}: dropped, {key}: {target!r} is no entity of this reply")
            return None
        return target

    def _label(self, where: str, row: Fields, key: str) -> str | None:
        node = row.items.get(key)
        label = label_of(node)
        if label is None:
            self._problems.add(f"{where}: dropped, {key}: a label expected, got {shown(node)}")
        return label

    def _attributes(self, where: str, node: Node | None) -> tuple[str, ...]:
        if node is None or (isinstance(node, Leaf) and node.value is None):
            return ()
        kept: dict[str, str] = {}
        for item in node.items if isinstance(node, Rows) else [node]:
            label = label_of(item)
            if label is None:
                self._problems.add(f"{where}: the attribute {shown(item)} is no label; dropped")
            else:
                kept.setdefault(term(label), label)
        return tuple(kept.values())

    def _box_node(self, row: Fields) -> Node | None:
        """Return where a row has its box: under the declared key, or else the first other that boxes stand under."""
        return next((row.items[key] for key in (self._boxes.key, *BOX_KEYS) if key in row.items), None)

    def _box(self, where: str, node: Node | None, form: BoxForm) -> Box | None:
        if node is None or (isinstance(node, Leaf) and node.value is None):
            return None
        numbers = four_numbers(node)
        if numbers is None:
            self._problems.add(f"{where}: box dropped, four numbers expected, got {shown(node)}")
            return None
        if not form.fits(numbers):
            self._problems.add(f"{where}: box dropped, {form.misfit(numbers)}")
            return None
        return form.box(numbers)

    def _unknown_keys(self, where: str, row: Fields, known: tuple[str, ...]) -> None:
        for key in row.items:
            if key not in known:
                self._problems.add(f"{where}: unknown key {key[:60]!r} ignored")
