"""A claim -> what it may come to say: what somebody said, what a look supports, a wider word; else it is invented."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from nesy.ontology import Ontology
from nesy.ontology.alternatives import SWAP, changed, changes_of, content, wider
from nesy.scene import Claim, Count, Entity, Relation, Scene, in_words, term

UNNAMED = "thing"
"""The last invention about an entity: that something is there, and not what. A word that the ontology does not know, so
the verdict lists it; no rule turns on it."""
SUPPORTED = 0.5
"""A look supports a statement of at least this chance."""

_BLANK = "\0"

Named = Mapping[str, Collection[str]]
"""Id of a claim -> the changes of it that the model itself named, as `nesy.ontology.alternatives.changed` takes them:
another predicate, state or category, or `swap`."""


class Meant:
    """What the claims of one scene may come to say."""

    def __init__(
        self,
        scene: Scene,
        ontology: Ontology,
        chances: Mapping[str, float] = MappingProxyType({}),
        named: Named = MappingProxyType({}),
        widened: Collection[str] = (),
        *,
        invent: bool = False,
    ) -> None:
        """Take what is known.

        Args:
            scene: whose claims they are.
            ontology: where wider words come from, and inventions.
            chances: a statement in words of the scene -> the chance that it is true, of what was looked at.
            named: what the model itself named.
            widened: ids of the entities that a wider word may help.
            invent: whether a claim may come to say what nobody said.
        """
        self._scene = scene
        self._ontology = ontology
        self._chances = chances
        self._named = named
        self._widened = frozenset(widened)
        self._invent = invent
        self._said = {content(claim) for claim in scene.claims() if not isinstance(claim, Entity)}

    def changes(self, claim: Claim) -> tuple[str, ...]:
        """Return what a claim may come to say, as changes: what was said first, inventions last.

        What a look denies is not among what was said, whoever said it. An invented category is one that is seen with
        all that is said to be done to the entity; else the entity stays as a `thing`.
        """
        if isinstance(claim, Count):
            return ()
        offered = changes_of(claim, self._scene, self._ontology)
        named = [change for change in self._named.get(claim.id, ()) if self._is_new(claim, change)]
        known = dict.fromkeys((*sorted(named), *offered, *self._looked_at(claim)))
        found = [change for change in known if self._has_support(claim, change)]
        if isinstance(claim, Entity) and claim.id in self._widened:
            found += wider(claim, self._ontology)
        if self._invent:
            found += self._fitting(claim, offered) if isinstance(claim, Entity) else offered
        return tuple(dict.fromkeys(found))

    def invented(self, claim: Claim, change: str) -> bool:
        """Tell whether nobody said what a claim says after a change."""
        as_wide = isinstance(claim, Entity) and change in wider(claim, self._ontology)
        return not as_wide and not self._has_support(claim, change)

    def likelier(self, claim: Claim, change: str) -> bool:
        """Tell whether the looks give a change at least the chance that the claim has."""
        chance, own = self._chances.get(in_words(changed(claim, change, None))), self._chances.get(in_words(claim))
        own = claim.confidence if own is None else own
        return chance is not None and chance >= max(SUPPORTED, SUPPORTED if own is None else own)

    def _looked_at(self, claim: Claim) -> list[str]:
        """Return the changes of a claim that a look was at, whether it supports them or not."""
        start, end = in_words(changed(claim, _BLANK, None)).rsplit(_BLANK, 1)
        middles = (
            said[len(start) : len(said) - len(end)]
            for said in self._chances
            if said.startswith(start) and said.endswith(end) and len(said) > len(start) + len(end)
        )
        found = [change for change in middles if self._is_new(claim, change)]
        if isinstance(claim, Relation):  # what is told of a body part begins and ends alike
            found = [change for change in found if self._ontology.concept("predicate", change) is not None]
            found += [SWAP] if self._is_new(claim, SWAP) else []
        return sorted(found)

    def _has_support(self, claim: Claim, change: str) -> bool:
        chance = self._chances.get(in_words(changed(claim, change, None)))
        if chance is not None:
            return chance >= SUPPORTED
        return term(change) in {term(one) for one in self._named.get(claim.id, ())}

    def _is_new(self, claim: Claim, change: str) -> bool:
        now = changed(claim, change, None)
        if isinstance(claim, Entity) and isinstance(now, Entity):
            return term(now.category) != term(claim.category)
        return content(now) not in self._said

    def _fitting(self, entity: Entity, offered: Collection[str]) -> list[str]:
        word = self._ontology.canonical
        done = {word("predicate", r.predicate) for r in self._scene.relations if r.object == entity.id}
        done &= self._ontology.verbs
        fitting = [category for category in offered if done and done <= self._ontology.affordances(category)]
        return [*fitting, UNNAMED]
