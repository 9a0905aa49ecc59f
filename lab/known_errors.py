"""A photograph whose truth is not all that holds in it -> the scene that is sure, and which claims it decides.

An error that a scripted model makes counts as one only where the row tells that it is one: a thing of a category of
which all are listed, or which is in no list and so absent as far as one sees; what is done with a thing, where nothing
that is listed says as much. How things stand in the picture is listed in part only: there only the contrary of what is
listed is an error. Of what the annotator was not sure nothing is said.
"""

from typing import Any

from nesy.geometry import iou
from nesy.grounding.word_match import Words
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene

SAME = 0.5
"""Intersection over union from which two boxes are of one thing, as claims are scored."""


class KnownErrors:
    """One row of `truth.jsonl`, read for what it decides."""

    def __init__(self, row: dict[str, Any], words: Words) -> None:
        """Take the row, and the words by which claims say the same."""
        self._row, self._words = row, words
        self._unsure = [entity for entity in row["entities"] if entity.get("uncertain")]
        sure = [entity for entity in row["entities"] if not entity.get("uncertain")]
        self._category = {entity["id"]: entity["category"] for entity in sure}

    def scene(self) -> Scene:
        """Return what is sure to be there."""
        row, there = self._row, self._category.keys()
        entities = tuple(
            Entity(id=e["id"], category=e["category"], box=tuple(e["box"])) for e in row["entities"] if e["id"] in there
        )
        relations = tuple(
            Relation(id=f"r{n}", subject=r["subject"], predicate=r["predicate"], object=r["object"])
            for n, r in enumerate(row["relations"], 1)
            if not r.get("uncertain") and {r["subject"], r["object"]} <= there
        )
        states = tuple(
            PartState(id=f"p{n}", entity=p["entity"], part=p["part"], state=p["state"], object=p.get("object"))
            for n, p in enumerate(row["part_states"], 1)
            if not p.get("uncertain") and {p["entity"], p.get("object") or p["entity"]} <= there
        )
        counts = tuple(
            Count(id=f"n{n}", category=category, value=sum(one == category for one in self._category.values()))
            for n, category in enumerate(sorted(set(self._category.values())), 1)
            if self._is_counted(category)
        )
        image = {"name": row["file"], "width_px": row["size_px"][0], "height_px": row["size_px"][1]}
        scene = Scene(entities=entities, relations=relations, part_states=states, counts=counts)
        return Scene.model_validate(scene.model_dump() | {"image": image})

    def decides(self, claim: Claim) -> bool:
        """Tell whether the row says that a claim holds, or that it does not."""
        match claim:
            case Entity():
                return claim.id in self._category or self._is_no_thing(claim)
            case Count():
                return self._is_counted(claim.category)
            case PartState():
                return self._decides_state(claim)
            case Relation():
                return self._decides_relation(claim)

    def _is_counted(self, category: str) -> bool:
        return category not in self._row["open"] and all(e["category"] != category for e in self._unsure)

    def _is_no_thing(self, entity: Entity) -> bool:
        at = entity.box
        unsure = (e for e in self._unsure if e["category"] == entity.category)
        return entity.category not in self._row["open"] and not any(
            at is None or iou(at, tuple(e["box"])) >= SAME for e in unsure
        )

    def _decides_state(self, claim: PartState) -> bool:
        """Of a part and a thing more states than one may hold: of those that are listed only themselves are sure."""
        told = [p for p in self._row["part_states"] if p["entity"] == claim.entity and p.get("object") == claim.object]
        listed = any((p["part"], p["state"]) == (claim.part, claim.state) and not p.get("uncertain") for p in told)
        return listed or all(p["part"] != claim.part for p in told)

    def _decides_relation(self, claim: Relation) -> bool:
        one, said, other = claim.subject, claim.predicate, claim.object
        if not {one, other} <= self._category.keys():
            return True  # of a thing that is not there
        told = {(r["subject"], r["predicate"], r["object"]): bool(r.get("uncertain")) for r in self._row["relations"]}
        denied = {(r["subject"], r["predicate"], r["object"]) for r in self._row["false"]}
        if (one, said, other) in told:
            return not told[one, said, other]
        if (one, said, other) in denied:
            return True
        here = [p for (subject, p, object_) in told if (subject, object_) == (one, other)]
        back = [p for (subject, p, object_) in told if (subject, object_) == (other, one)]
        known = self._words.ontology
        if any(self._words.entails(p, said) for p in here) or any(known.inverse(p) == said for p in back):
            return False  # it holds as well
        if said not in known.spatial:
            return True
        contrary = said in back and known.is_asymmetric(said)
        return contrary or any(said in known.opposites(p) for p in here)
