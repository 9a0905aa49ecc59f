"""The claims that a finding names are the conflict, no more and no less: by leaving out each, and all others.

By brute force over every finding of every rule on the golden scenes of all rules.
"""

from collections.abc import Iterator
from functools import cache

import pytest

from nesy.checking import Prepared, Rules, check, prepare
from nesy.experiments.mutation.mutation import golden_cases, golden_folder
from nesy.scene import Entity, Scene
from nesy.verdict import Finding

LARGER = {
    "CountBelowParts": "the kinds of a category are added up: each alone may be more than the whole already",
    "SuggestedActivity": "all states towards a thing are named, also where fewer suggest the same",
}
"""Rules whose findings name claims that could go while the conflict stays; none is left out that it takes."""
LOOKING_AROUND = {
    "CompanionVerb": "a verb that is missing",
    "CountMismatch": "how many entities there are",
    "EntityWithoutBox": "the others have boxes",
    "ExpectedState": "a part state that is missing",
    "RideWithoutHip": "a part state that is missing",
    "UncountedCategory": "the others are counted",
    "WholeImageBox": "there are other entities",
}
"""Rules that hang on the rest of the scene too: what is absent, or how many there are."""


@cache
def found() -> list[tuple[Scene, Finding]]:
    scenes = [Scene.from_json(text) for _, text in golden_cases(golden_folder())]
    return [(scene, finding) for scene in scenes for finding in check(scene).findings]


def again(scene: Scene, finding: Finding) -> Iterator[Finding]:
    """Yield what the same rule finds in another scene."""
    prepared: Prepared = prepare(scene)
    yield from prepared.findings(Rules.load().only(finding.rule))


def name(finding: Finding) -> str:
    return finding.rule.split("#")[1]


def test_without_any_claim_of_it_a_conflict_is_gone() -> None:
    larger = set()
    for scene, finding in found():
        entities = {entity.id for entity in scene.entities}
        for claim in set(finding.claims) - entities:
            left = again(scene.without(frozenset({claim})), finding)
            if any(set(one.claims) < set(finding.claims) for one in left):
                larger.add(name(finding))
    assert larger == set(LARGER)


def test_the_claims_of_a_conflict_alone_conflict() -> None:
    around = set()
    for scene, finding in found():
        assert finding.claims
        ends = {
            end
            for claim in scene.claims()
            if claim.id in finding.claims and not isinstance(claim, Entity)
            for end in (getattr(claim, link, None) for link in ("subject", "object", "entity"))
        }
        others = {claim.id for claim in scene.claims()} - set(finding.claims) - ends
        alone = again(scene.without(frozenset(others)), finding)
        if (finding.claims, finding.message) not in {(one.claims, one.message) for one in alone}:
            around.add(name(finding))
    assert around == set(LOOKING_AROUND)


@pytest.mark.parametrize("severity", ["violation", "warning", "info"])
def test_sentences_are_filled_in(severity: str) -> None:
    sentences = [finding.message for _, finding in found() if finding.severity == severity]
    assert len(sentences) > 100
    assert not [one for one in sentences if "{" in one or "http" in one or one != one.strip() or "\n" in one]
