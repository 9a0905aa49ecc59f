"""Scene: everything that is claimed of one image, as `nesy.scene/1`, and what it can be turned into."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from nesy.scene.claim import Claim, Count, Entity, Frozen, ImageInfo, PartState, Relation, in_full, term
from nesy.scene.exports import frame, network
from nesy.scene.html_table import html_table, share
from nesy.scene.json_reading import read_json
from nesy.scene.matplotlib_figure import Axes, axes, draw_scene

if TYPE_CHECKING:
    import networkx
    import pandas
    import rdflib

_LISTS = {"part_states": "p", "relations": "r", "counts": "n"}


def _prefix(category: str) -> str:
    """Return what the ids of things of a category begin with, whatever word it is.

    >>> _prefix("Dining table"), _prefix("-x"), len(_prefix("long" * 50))
    ('dining_table_', 'x_', 91)
    """
    return re.sub(r"[^\w.\-]", "", term(category)).lstrip(".-")[:90] + "_"


def _with_ids(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the ids that the input leaves out (`r1`, `r2` ...; `person_1` for entities)."""
    filled = dict(data)
    taken = {
        row["id"]
        for name in ("entities", *_LISTS)
        if isinstance(filled.get(name), (list, tuple))
        for row in filled[name]
        if isinstance(row, Mapping) and isinstance(row.get("id"), str)
    }

    def fresh(prefix: str) -> str:
        number = 1
        while f"{prefix}{number}" in taken:
            number += 1
        taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def named(row: Any, prefix: str) -> Any:
        return {**row, "id": fresh(prefix)} if isinstance(row, Mapping) and "id" not in row else row

    if isinstance(filled.get("entities"), (list, tuple)):
        filled["entities"] = [
            named(row, _prefix(row["category"]))
            if isinstance(row, Mapping) and isinstance(row.get("category"), str)
            else row
            for row in filled["entities"]
        ]
    for name, prefix in _LISTS.items():
        if isinstance(filled.get(name), (list, tuple)):
            filled[name] = [named(row, prefix) for row in filled[name]]
    return filled


class Scene(Frozen):
    """Everything that is claimed of one image. Ids are unique; references resolve; order is kept.

    Ids that are left out of the input are assigned: `person_1` for an entity, `r1` for a relation.

    >>> from nesy.scene import in_words
    >>> scene = Scene.from_json('''{
    ...     "entities": [{"category": "person"}, {"category": "horse"}],
    ...     "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}]
    ... }''')
    >>> [in_words(claim) for claim in scene.claims()]
    ['person_1 is a person', 'horse_1 is a horse', 'person_1 ride horse_1']
    >>> len(scene.without(frozenset({"horse_1"})).relations)
    0
    """

    schema_: Literal["nesy.scene/1"] = Field(default="nesy.scene/1", alias="schema")
    image: ImageInfo | None = None
    """Which image it is about, where that is known."""
    entities: tuple[Entity, ...]
    """The things; may be empty."""
    part_states: tuple[PartState, ...] = ()
    """What body parts do."""
    relations: tuple[Relation, ...] = ()
    """What things do to each other, and where they are."""
    counts: tuple[Count, ...] = ()
    """How many there are of a category."""

    @model_validator(mode="before")
    @classmethod
    def _assign_ids(cls, data: Any) -> Any:
        return _with_ids(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _references_resolve(self) -> Self:
        twice = [i for i, n in Counter(claim.id for claim in self.claims()).items() if n > 1]
        if twice:
            raise ValueError(f"duplicate id {twice[0]!r}; every claim needs an id of its own")
        known = {entity.id for entity in self.entities}
        for where, target in self._references():
            if target not in known:
                raise ValueError(f"{where} names {target!r}, which is no entity of this scene")
        return self

    def _references(self) -> Iterator[tuple[str, str]]:
        for i, state in enumerate(self.part_states):
            yield f"part_states.{i}.entity", state.entity
            if state.object is not None:
                yield f"part_states.{i}.object", state.object
        for i, relation in enumerate(self.relations):
            yield f"relations.{i}.subject", relation.subject
            yield f"relations.{i}.object", relation.object

    def __repr__(self) -> str:
        """Tell the scene in one line; `to_json` tells all of it."""
        of = "" if self.image is None else f" of {self.image.name!r}"
        named = (
            (self.entities, "entity", "entities"),
            (self.part_states, "part state", "part states"),
            (self.relations, "relation", "relations"),
            (self.counts, "count", "counts"),
        )
        told = [f"{len(claims)} {one if len(claims) == 1 else several}" for claims, one, several in named if claims]
        return f"<Scene{of}: {', '.join(told) or 'nothing'}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return a table of the claims, for a notebook."""
        rows = [(claim.id, in_full(claim), share(claim.confidence)) for claim in self.claims()]
        return html_table(repr(self)[1:-1], ("id", "claim", "confidence"), rows)

    def claims(self) -> Iterator[Claim]:
        """Yield every claim: entities, part states, relations, counts, each in order."""
        yield from self.entities
        yield from self.part_states
        yield from self.relations
        yield from self.counts

    def entity(self, entity_id: str) -> Entity:
        """Return the entity with this id.

        Raises:
            KeyError: the scene has none.
        """
        for entity in self.entities:
            if entity.id == entity_id:
                return entity
        raise KeyError(entity_id)

    def without(self, claim_ids: frozenset[str]) -> "Scene":
        """Return the scene without these claims, and without every claim that refers to a dropped entity."""
        return self.model_copy(
            update={
                "entities": tuple(e for e in self.entities if e.id not in claim_ids),
                "part_states": tuple(p for p in self.part_states if not {p.id, p.entity, p.object} & claim_ids),
                "relations": tuple(r for r in self.relations if not {r.id, r.subject, r.object} & claim_ids),
                "counts": tuple(c for c in self.counts if c.id not in claim_ids),
            }
        )

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a claim, in order, with what is not known left empty.

        Columns: `id, kind, text, category, attributes, left, top, right, bottom, subject, predicate, object, value,
        confidence`. Edges are of the upright image, in [0, 1]; of a part state the subject is its entity and the
        predicate `hip sit on`.

        >>> scene = Scene.from_json('{"entities": [{"category": "cup", "box": [0.1, 0.2, 0.5, 0.6]}]}')
        >>> scene.to_frame()[["id", "kind", "left", "bottom"]].to_dict("records")
        [{'id': 'cup_1', 'kind': 'entity', 'left': 0.1, 'bottom': 0.6}]

        Raises:
            InputError: pandas is not installed.
        """
        return frame(tuple(self.claims()))

    def to_networkx(self) -> "networkx.MultiDiGraph[str]":
        """Return a graph with a node an entity, and an edge a relation or part state; its keys are the claims' ids.

        A part state without an object is an edge from the entity to itself; counts are words of the graph's own
        `counts`. Attributes are texts and numbers alone, and those that are not known are left out: GraphML and GEXF
        can be written of it. What XML cannot hold in a text (control characters) is `�`.

        >>> scene = Scene.from_json('''{"entities": [{"category": "person"}, {"category": "horse"}],
        ...     "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}]}''')
        >>> [(who, what["predicate"], whom) for who, whom, what in scene.to_networkx().edges(data=True)]
        [('person_1', 'ride', 'horse_1')]

        Raises:
            InputError: networkx is not installed.
        """
        return network(tuple(self.claims()))

    def plot(self, image: object | None = None, ax: Axes | None = None) -> Axes:
        """Draw boxes and relations with matplotlib, over a picture where one is given; returns the field.

        Args:
            image: a `nesy.Image`, a picture of Pillow, or its pixels as an array.
            ax: a field of matplotlib; None makes a new figure.

        Raises:
            InputError: matplotlib is not installed.
        """
        return draw_scene(self.entities, self.relations, image, axes(ax))

    def to_rdf(self, base: str | None = None) -> "rdflib.Graph":
        """Return the scene as an OWL document: its claims, what they are instances of, and what it imports.

        >>> turtle = Scene.from_json('{"entities": [{"category": "cup"}]}').to_rdf().serialize(format="turtle")
        >>> "a owl:Ontology" in turtle and "nesy:Cup" in turtle
        True

        Args:
            base: what the ids are appended to, an IRI that ends in '#' or '/'; None takes that of nesy's scenes.

        Raises:
            InputError: no id can be appended to `base`.
        """
        # A scene stands on the ground floor and RDF two floors up, on the ontology. The face of the package is the one
        # place that knows all floors, and a test holds that nothing else in the house asks it.
        import nesy

        return nesy.scene_document(self, base)

    def to_json(self, indent: int | None = None) -> str:
        """Return the scene as `nesy.scene/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "scene") -> "Scene":
        """Read `nesy.scene/1` JSON.

        Raises:
            InputError: it is no JSON or no scene; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source, written_by_hand=True)
