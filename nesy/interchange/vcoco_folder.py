"""V-COCO as it is published: roles in a file of its own, boxes in COCO's beside it.

The folder holds one or more `vcoco*.json` and one COCO file, `instances*.json`. A file of roles is a list of actions:
`action_name`, `role_name` (`agent`, then `obj`, `instr` or both), and by annotated person `image_id`, `ann_id`, `label`
(1: does it) and, role after role, `role_object_id`: the annotation that takes part, 0 for none. An `obj` of `sit instr`
becomes `sit on` in a scene (`closed_words.VCOCO_ROLES`).

Source: Gupta and Malik, "Visual Semantic Role Labeling", 2015; github.com/s-gupta/v-coco (`vsrl_utils.py`).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange import coco
from nesy.interchange.closed_words import PERSON, VCOCO_ROLES, vcoco_role
from nesy.interchange.coco_annotations import CocoFile, CocoImage, identity
from nesy.interchange.content import json_of
from nesy.interchange.interactions import LISTED_THINGS, paired
from nesy.interchange.json_rows import each, reading, word, words
from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost, losses
from nesy.scene import ImageInfo, Relation, Scene, term

Row = dict[str, Any]

_PREDICATES = {(one.action, one.role): one.predicate for one in VCOCO_ROLES}


def fits(start: object) -> bool:
    """Tell whether a folder holds the two."""
    names = start if isinstance(start, list) else []
    return any(_is_roles(one) for one in names) and any(_is_boxes(one) for one in names)


def _is_roles(name: str) -> bool:
    return name.startswith("vcoco") and name.endswith(".json")


def _is_boxes(name: str) -> bool:
    return name.startswith("instances") and name.endswith(".json")


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield one scene an image of which roles are told, in the order of COCO's file; raises as `labels`."""
    for one in labels(path):
        yield one.scene if isinstance(one, Labels) else one


def labels(path: Path) -> Iterator[Labels | Lost]:
    """Yield the labels of every image of which roles are told, in the order of COCO's file; an actor is a person.

    COCO's file lists every thing of its categories, but for its crowd regions. An image of which `vcoco_test.json`
    tells roles is of the split `test`.

    Raises:
        InputError: a file is missing or cannot be used, or a role is of an annotation that is not there.
    """
    names = sorted(one.name for one in path.iterdir())
    boxes, roles = ([path / one for one in names if fits(one)] for fits in (_is_boxes, _is_roles))
    if len(boxes) != 1 or not roles:
        raise InputError(f"{path}: one instances*.json (COCO's annotations) and vcoco*.json beside it are expected")
    lost: Counter[str] = Counter()
    told: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    images: dict[int, set[str]] = defaultdict(set)
    for file in roles:
        split = file.stem.removeprefix("vcoco").strip("_-")
        for number, one in _roles(file, lost):
            images[number] |= {split} - {""}
            if one is not None:
                told[number].append(one)
    held = CocoFile(boxes[0])
    there = {identity(row, "id") for row in held.data["images"]}
    if images.keys() - there:
        raise InputError(f"{boxes[0]}: the image {min(images.keys() - there)}, of which roles are told, is not in it")
    for image in held:
        own = identity(image.row, "id")
        if isinstance(own, int) and own in images:
            yield Labels(
                scene=_scene(image, told[own], lost),
                whole=frozenset(held.names.values()),
                unsure=tuple(one.entity for one in image.things if one.crowd),
                splits=frozenset(images[own]),
            )
    lost += held.lost
    yield from losses(lost)


def _roles(file: Path, lost: Counter[str]) -> Iterator[tuple[int, tuple[int, str, int] | None]]:
    """Yield every person's image, and (person, predicate, object) where it does something with an object."""
    data = json_of(file)
    if not isinstance(data, list):
        raise InputError(f"{file}: a list of actions is expected")
    for rows in each(str(file), {"actions": data}, "actions", lambda one: list(_action(one, lost))):
        yield from rows


def _action(one: Row, lost: Counter[str]) -> Iterator[tuple[int, tuple[int, str, int] | None]]:
    action = word(one, "action_name")
    people, images, labels = (_whole_numbers(one, field) for field in ("ann_id", "image_id", "label"))
    ends = _whole_numbers(one, "role_object_id")
    names = words(one, "role_name")
    if not len(people) == len(images) == len(labels) == len(ends) / max(1, len(names)):
        raise ValueError("ann_id, image_id and label are of one length, role_object_id of that by the number of roles")
    for place, (person, image, label) in enumerate(zip(people, images, labels, strict=True)):
        yield image, None
        found = [(name, ends[number * len(people) + place]) for number, name in enumerate(names) if number]
        if label != 1:
            continue
        lost["actions without an object"] += not any(target for _, target in found)
        for name, target in found:
            if (action, name) not in _PREDICATES:
                raise ValueError(f"{action!r} with the role {name!r} is no action of V-COCO")
            if target:
                yield image, (person, str(_PREDICATES[action, name]), target)


def _whole_numbers(one: Row, field: str) -> list[int]:
    found = one[field]
    if not isinstance(found, list) or not all(_is_whole(number) for number in found):
        raise ValueError(f"{field}: a list of whole numbers is expected")
    return [int(number) for number in found]


def _is_whole(number: object) -> bool:
    """Tell whether it is a whole number, which some tools write as 7.0."""
    return isinstance(number, int | float) and not isinstance(number, bool) and float(number).is_integer()


def _scene(image: CocoImage, told: list[tuple[int, str, int]], lost: Counter[str]) -> Scene:
    things = {one.id: one.entity for one in image.things if not one.crowd}
    crowds = {one.id for one in image.things if one.crowd}
    lost["crowd regions"] += len(crowds)
    with reading(image.place):
        relations = []
        for subject, predicate, target in told:
            if {subject, target} & crowds:
                lost["relations of crowd regions"] += 1
                continue
            missing = {subject, target} - things.keys()
            if missing:
                raise ValueError(f"the annotation {min(missing)}, which has a role, is not in it")
            relations.append((things[subject].id, predicate, things[target].id))
        return Scene(
            image=ImageInfo(name=image.name, width_px=image.size_px[0], height_px=image.size_px[1]),
            entities=tuple(things.values()),
            relations=tuple(
                Relation(id=f"r{number}", subject=subject, predicate=predicate, object=target)
                for number, (subject, predicate, target) in enumerate(told_once(relations, lost), 1)
            ),
        )


def told_once(relations: list[tuple[str, str, str]], lost: Counter[str]) -> list[tuple[str, str, str]]:
    """Return relations without those that were said before, and count these."""
    kept = list(dict.fromkeys(relations))
    lost["relations said twice"] += len(relations) - len(kept)
    return kept


def _people(scene: Scene) -> list[str]:
    return [one.id for one in scene.entities if term(one.category) == PERSON]


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write `vcoco.json` and `instances_vcoco.json`; what no person does, or is no action, cannot be held.

    Every person of a scene stands in every action, as in the published files: with label 1 where it is said to do it.
    Of several objects of one action and role each is told in a row of its own.
    """
    lost: Counter[str] = Counter()
    kept = []
    for told in (paired(scene, vcoco_role, lost, LISTED_THINGS) for scene in scenes):
        if told is not None and not _people(told[0]):
            lost["scenes without a person"] += 1
            lost["entities of such scenes"] += len(told[0].entities)
        elif told is not None:
            kept.append(told)
    coco.write([scene.model_copy(update={"relations": ()}) for scene, _ in kept], path / "instances_vcoco.json")
    numbers = iter(range(1, sum(len(scene.entities) for scene, _ in kept) + 1))
    actions: dict[str, list[str]] = defaultdict(lambda: ["agent"])
    for role in VCOCO_ROLES:
        actions[role.action] += [] if role.role is None else [role.role]
    rows: dict[str, list[tuple[int, int, int, dict[str, int]]]] = {action: [] for action in actions}
    for (scene, found), image in zip(kept, coco.image_ids([scene for scene, _ in kept]), strict=True):
        ids = {one.id: next(numbers) for one in scene.entities}
        done = defaultdict(list)
        for one in found:
            role = VCOCO_ROLES[one.verb]
            done[role.action, one.subject.id].append((str(role.role), ids[one.object.id]))
        for action in actions:
            for person in _people(scene):
                ends = done[action, person]
                rows[action] += [(image, ids[person], 1, {role: target}) for role, target in ends] or [
                    (image, ids[person], 0, {})
                ]
    data = [
        {
            "action_name": action,
            "role_name": roles,
            "image_id": [row[0] for row in rows[action]],
            "ann_id": [row[1] for row in rows[action]],
            "label": [row[2] for row in rows[action]],
            "role_object_id": [
                row[1] if role == "agent" else row[3].get(role, 0) for role in roles for row in rows[action]
            ],
        }
        for action, roles in actions.items()
    ]
    with (path / "vcoco.json").open("w", encoding="utf-8", newline="\n") as out:
        json.dump(data, out)
        out.write("\n")
    return losses(lost)
