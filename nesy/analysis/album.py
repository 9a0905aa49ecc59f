"""Album: several pictures, each analyzed, and which things of one are things of another, as `nesy.album/1`."""

import warnings
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from nesy.analysis.analysis import Analysis
from nesy.analysis.life import Life
from nesy.analysis.rounds import Frozen
from nesy.graph.album_triples import across_quads, finals
from nesy.graph.owl_document import declare
from nesy.graph.provenance import WrittenQuad, dataset_of
from nesy.graph.scene_triples import BASE
from nesy.graph.triples import claim_iri
from nesy.scene import Relation, joint_names, read_json, term
from nesy.scene.exports import needed
from nesy.scene.html_table import html_table, share
from nesy.turns import MOST_TOGETHER, Usage

if TYPE_CHECKING:
    import pandas
    import rdflib

_SAME = "same_as"


class Album(Frozen):
    """Everything about pictures that were analyzed together: each by itself, and what is the same in them.

    A thing is named by its picture, from 1: `p2_person_1` is `person_1` of the second. The scene of `together` holds
    all things by these names, and its relations `same as` say which are one thing seen again.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> cup = '{"entities": [{"id": "cup_1"}]}'
    >>> model = ScriptedModel([cup, cup, '{"p2_cup_1": "p1_cup_1"}'])
    >>> album = nesy.Pipeline(model).analyze_together(["examples/images/tea.png", "examples/images/ride.png"])
    >>> [(one.subject, one.object) for one in album.identities], album.groups
    ([('p2_cup_1', 'p1_cup_1')], (('p1_cup_1', 'p2_cup_1'),))
    >>> nesy.Album.from_json(album.to_json()) == album
    True
    """

    schema_: Literal["nesy.album/1"] = Field(default="nesy.album/1", alias="schema")
    pictures: tuple[Analysis, ...] = Field(min_length=2, max_length=MOST_TOGETHER)
    """Each picture analyzed by itself, in the order given."""
    together: Analysis
    """What was asked, said and mended across the pictures; its scene holds every thing by the name `pN_ID`."""
    consistent: bool
    """Whether each picture's verdict and that across them is `consistent`."""
    usage: Usage
    """Of all pictures and of what was asked across them."""

    @model_validator(mode="after")
    def _things_are_of_its_pictures(self) -> Self:
        known = self.things
        for place, entity in enumerate(self.together.scene.entities):
            if entity.id not in known:
                raise ValueError(
                    f"together.scene.entities.{place}: {entity.id!r} is no thing of its pictures; "
                    f"p1_ and the id of a thing of the first would be right"
                )
        return self

    @property
    def things(self) -> Mapping[str, tuple[int, str]]:
        """Name of every thing -> the number of its picture, from 1, and its id there."""
        return joint_names([picture.scene for picture in self.pictures])

    @property
    def identities(self) -> tuple[Relation, ...]:
        """The claims that a thing of one picture is a thing of another, each with its confidence."""
        return tuple(one for one in self.together.scene.relations if term(one.predicate) == _SAME)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The names of things that are one, by what is claimed and by nothing else; also those seen once."""
        names = tuple(self.things)
        group = {name: [name] for name in names}
        for same in self.identities:
            one, other = group[same.subject], group[same.object]
            if one is not other:
                one += other
                group.update(dict.fromkeys(other, one))
        order = {name: place for place, name in enumerate(names)}
        distinct = {id(some): tuple(sorted(some, key=order.__getitem__)) for some in group.values()}
        return tuple(sorted(distinct.values(), key=lambda some: order[some[0]]))

    def __repr__(self) -> str:
        """Tell the album in one line; `to_json` tells all of it."""
        end = "consistent" if self.consistent else "inconsistent"
        return (
            f"<Album of {len(self.pictures)} pictures: {len(self.things)} things, "
            f"{len(self.identities)} identities, {len(self.groups)} different things, {end}>"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return tables of what is the same and of each picture, for a notebook."""
        same = [(one.subject, one.object, share(one.confidence)) for one in self.identities]
        rows = [
            (number, one.image.name, len(list(one.scene.claims())), one.verdict.status)
            for number, one in enumerate(self.pictures, start=1)
        ]
        return html_table(repr(self)[1:-1], ("picture", "name", "claims", "verdict"), rows) + (
            html_table("The same", ("thing", "is", "confidence"), same) if same else ""
        )

    def to_frame(self) -> "pandas.DataFrame":
        """Return the claims of all pictures as `Scene.to_frame` does, with the `picture`, from 1, as the first column.

        Raises:
            InputError: pandas is not installed.
        """
        frames = [one.scene.to_frame().assign(picture=n) for n, one in enumerate(self.pictures, start=1)]
        together: pandas.DataFrame = needed("pandas").concat([one for one in frames if len(one)] or frames[:1])
        return together[["picture", *(name for name in together if name != "picture")]].reset_index(drop=True)

    def explain(self, claim: str) -> Life:
        """Return the life of a claim: of an identity by its id (`s1`), of a claim of a picture as `p2_r1`.

        Raises:
            InputError: there is no such claim.
        """
        number, own = self._place(claim)
        return (self.together if number is None else self.pictures[number - 1]).explain(own)

    def _place(self, claim: str) -> tuple[int | None, str]:
        """Return the number of the picture that a claim is of, None for one across them, and its id there."""
        if claim in self.things:
            return self.things[claim]
        for number in range(1, len(self.pictures) + 1):
            if claim.startswith(f"p{number}_"):
                return number, claim.removeprefix(f"p{number}_")
        return None, claim

    def to_json(self, indent: int | None = None) -> str:
        """Return the album as `nesy.album/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "album") -> "Album":
        """Read `nesy.album/1` JSON.

        Raises:
            InputError: it is no JSON or no album; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source, written_by_hand=True)

    @property
    def base(self) -> str:
        """What the ids of claims across pictures are appended to in RDF; the same for the same album everywhere."""
        own = sha256(" ".join((*(one.base for one in self.pictures), self.together.base)).encode()).hexdigest()
        return f"{BASE.rstrip('#')}/album/{own[:16]}#"

    @property
    def graph(self) -> "rdflib.Dataset":
        """The album as RDF: the graphs of each picture's analysis, one with what is the same, and the provenance.

        That two things are the same is `nesy:same_as` in a graph of its own, never `owl:sameAs`.

        Raises:
            KnowledgeError: an ontology file of the settings cannot be used.
        """
        return dataset_of(chain(*(picture.quads() for picture in self.pictures), self.quads()), self.together.known)

    def quads(self) -> Iterator[WrittenQuad]:
        """Yield as plain quads what was asked and said across the pictures; those of each are the pictures' own.

        Raises:
            KnowledgeError: as `graph`.
        """
        bases = [picture.base for picture in self.pictures]
        return across_quads(self.together.record, self.base, self.nodes, bases, self.together.known)

    @property
    def nodes(self) -> Mapping[str, str]:
        """Name of every thing -> its IRI: the one that it has in its picture's own graph."""
        bases = [picture.base for picture in self.pictures]
        return {name: str(claim_iri(own, bases[number - 1])) for name, (number, own) in self.things.items()}

    def to_rdf(self, format: Literal["trig", "nquads", "json-ld", "turtle"] = "trig") -> str:
        """Return `graph` as text; `turtle`, which cannot name graphs, holds the final scenes and what is the same.

        Raises:
            KnowledgeError: as `graph`.
        """
        dataset = self.graph
        if format == "turtle":
            last = finals(dataset, [*(picture.base for picture in self.pictures), self.base])
            declare(last, last, self.base)
            return last.serialize(format="turtle")
        if format == "trig":
            declare(dataset.default_graph, dataset.quads(), self.base)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's writers still use its own old calls
            return dataset.serialize(format=format)
