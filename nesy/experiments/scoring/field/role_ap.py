"""Ranked agents with the things their actions are on, and true ones -> role AP as V-COCO counts it.

In the order of rank a prediction is held against the true person of its image that its agent overlaps most; where that
person was not annotated, it counts neither way. It is right if the person does the action, overlaps by 0.5 or more, the
things of the role overlap by 0.5 or more, and nothing before it found that person for that action and role. A person
may do something to nothing that is annotated. Scenario 1: then only a prediction without a thing is right. Scenario 2:
then any is. Every person who does the action is to be found. AP is the area under the falling precision; the mean is
over actions with a role.

Source: Gupta and Malik, Visual Semantic Role Labeling, 2015, and its evaluation (`vsrl_eval.py` of s-gupta/v-coco). Its
mean is over every role; many papers leave out the thing that somebody points at, of which there are few. Of equal
scores it does not tell which comes first; here it is the one told first. It cannot score a picture without a person;
here every prediction on it is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from nesy.experiments.scoring.field.average_precision import area
from nesy.experiments.scoring.field.graph_recall import SAME, GraphImage
from nesy.geometry import Box, iou
from nesy.ontology import Ontology
from nesy.scene import Scene

Role = tuple[str, str]
"""Action and role: `hit`, `obj`."""
OBJECT = "obj"
"""The role of what a relation of a scene is to."""


@dataclass(frozen=True)
class Agent:
    """A true person: where, and what is done to what."""

    box: Box
    roles: Mapping[Role, tuple[Box, ...]]
    """Action and role -> the things, mostly one; empty where nothing is annotated for it."""
    annotated: bool = True
    """False: nobody wrote down what this person does."""


@dataclass(frozen=True)
class RoleClaim:
    """A predicted person who does something to something, or to nothing."""

    role: Role
    agent: Box | None
    thing: Box | None
    score: float


@dataclass(frozen=True)
class RoleImage:
    """One image."""

    predicted: tuple[RoleClaim, ...]
    true: tuple[Agent, ...]


@dataclass(frozen=True)
class RoleAp:
    """Mean over actions and roles that are true somewhere, in [0, 1]; None where there is none."""

    scenario_1: float | None
    scenario_2: float | None
    roles: int
    agents: int
    """To be found, of all actions and roles together."""
    predicted: int
    by_role: Mapping[Role, tuple[float, float]]
    """The two scenarios."""


def role_ap(images: Sequence[RoleImage]) -> RoleAp:
    """Return the average precision of agents with their roles, by both scenarios."""
    names = sorted({role for image in images for agent in image.true for role in agent.roles})
    positives = {
        name: sum(name in agent.roles for image in images for agent in image.true if agent.annotated) for name in names
    }
    by_role = {
        name: (_ap(images, name, positives[name], 1), _ap(images, name, positives[name], 2))
        for name in names
        if positives[name]
    }
    count = len(by_role)
    first, second = (sum(pair[at] for pair in by_role.values()) / count if count else None for at in (0, 1))
    predicted = sum(len(image.predicted) for image in images)
    return RoleAp(first, second, count, sum(positives.values()), predicted, by_role)


def people_in(scene: Scene, ontology: Ontology) -> dict[str, Box]:
    """Return the boxes of the persons of a scene, by their ids."""
    return {
        one.id: one.box
        for one in scene.entities
        if one.box is not None and ontology.is_a(ontology.canonical("category", one.category), "person")
    }


def roles_of(image: GraphImage, people: Mapping[str, Box] = MappingProxyType({})) -> RoleImage:
    """Return the interactions of an image as agents with roles: the verb is the action, what it is to has role `obj`.

    A scene says nothing of an action without a thing: both scenarios are then the same. Several things of one person
    and verb are one role, found by any of them.

    Args:
        image: its interactions.
        people: boxes of the true persons by their ids; who does nothing is annotated so, and may be taken for another.
    """
    agents: dict[str, tuple[Box, dict[Role, tuple[Box, ...]]]] = {}
    for one in image.true:
        if one.subject_box is None or one.object_box is None:
            continue
        _, roles = agents.setdefault(one.pair[0], (one.subject_box, {}))
        roles[one.predicate, OBJECT] = (*roles.get((one.predicate, OBJECT), ()), one.object_box)
    idle = (Agent(box, {}) for name, box in people.items() if name not in agents)
    claims = (RoleClaim((one.predicate, OBJECT), one.subject_box, one.object_box, one.score) for one in image.predicted)
    return RoleImage(tuple(claims), (*(Agent(box, roles) for box, roles in agents.values()), *idle))


def _ap(images: Sequence[RoleImage], role: Role, positives: int, scenario: Literal[1, 2]) -> float:
    rows: list[tuple[float, bool]] = []
    for image in images:
        found: set[int] = set()
        for claim in sorted((one for one in image.predicted if one.role == role), key=lambda one: -one.score):
            overlaps = [(0.0 if claim.agent is None else iou(claim.agent, one.box)) for one in image.true]
            at = max(range(len(overlaps)), key=lambda place: (overlaps[place], -place), default=None)
            if at is None:
                rows.append((claim.score, False))
                continue
            agent = image.true[at]
            if not agent.annotated:
                continue
            right = role in agent.roles and overlaps[at] >= SAME and _thing(claim, agent.roles[role], scenario)
            rows.append((claim.score, right and at not in found))
            if right:
                found.add(at)
    return area([hit for _, hit in sorted(rows, key=lambda row: -row[0])], positives)


def _thing(claim: RoleClaim, true: tuple[Box, ...], scenario: Literal[1, 2]) -> bool:
    if not true:
        return scenario == 2 or claim.thing is None
    return claim.thing is not None and any(iou(claim.thing, box) >= SAME for box in true)
