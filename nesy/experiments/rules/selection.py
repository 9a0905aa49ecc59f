"""Which rules and which ontology a measurement runs with, as plain values that go to every process."""

from dataclasses import dataclass
from functools import cache

from nesy.checking import Rules
from nesy.ontology import Ontology
from nesy.settings import Settings
from nesy.verdict import Severity


@dataclass(frozen=True)
class Selection:
    """Which rules run: the shipped ones and those of `paths`, or only some of them; and whose words are known.

    >>> [rule.name for rule in Selection(only=("SelfRelation",)).rules()]
    ['related to itself']
    """

    paths: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """IRIs, or their last part; all rules if empty."""
    off: tuple[str, ...] = ()
    """IRIs of rules that do not run, or their last part."""
    severity: tuple[tuple[str, Severity], ...] = ()
    """Rules that are graded otherwise than their file says."""
    shipped: bool = True
    """Whether the shipped rules run."""
    ontologies: tuple[str, ...] = ()
    """Paths of ontology files beside the shipped ones."""

    @classmethod
    def of(cls, settings: Settings, only: tuple[str, ...] = ()) -> "Selection":
        """Return what settings choose.

        Args:
            settings: their `checking` and `ontology` count.
            only: IRIs of rules, or their last part; all rules if empty.
        """
        chosen = settings.checking
        graded = tuple(sorted(chosen.severity.items()))
        return cls(chosen.rules, only, chosen.off, graded, chosen.shipped, settings.ontology)

    def rules(self) -> Rules:
        """Load them; the same selection is loaded once in a process.

        Raises:
            InputError: a path does not exist, or `only` names no rule.
            KnowledgeError: a rule file cannot be used.
        """
        return _loaded(self)

    def ontology(self) -> Ontology:
        """Return the shipped ontology with the files of `ontologies`.

        Raises:
            KnowledgeError: one of them cannot be used.
        """
        return Ontology.with_own(*self.ontologies)


@cache
def _loaded(selection: Selection) -> Rules:
    severities, known = dict(selection.severity), selection.ontology()
    rules = Rules.load(selection.paths, selection.off, severities, selection.shipped, ontology=known)
    return rules.only(*selection.only) if selection.only else rules
