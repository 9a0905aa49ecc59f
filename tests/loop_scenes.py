"""Scenes, rules and models for the tests of the loop: strategies, a verdict from listed conflicts, a scripted model."""

from collections.abc import Callable, Collection, Sequence

from hypothesis import strategies as st

from nesy.perception.prompt import render
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.turns import ModelInfo, Reply, Request, Usage
from nesy.verdict import Finding, Verdict

CATEGORIES = ("person", "horse", "cup", "dining_table", "chair")
PREDICATES = ("ride", "sit_on", "hold", "on", "under", "left_of", "no_interaction")
STATES = (("hip", "sit on"), ("hand", "hold"), ("foot", "stand on"), ("head", "eat"))
confidences = st.none() | st.floats(0, 1).map(lambda value: round(value, 3))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene of one to four entities with some claims about them."""
    kinds = draw(st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=4))
    ids = [f"{kind}_{number}" for number, kind in enumerate(kinds, start=1)]
    some = st.sampled_from(ids)
    relations = draw(st.lists(st.tuples(some, st.sampled_from(PREDICATES), some), max_size=5, unique=True))
    states = draw(st.lists(st.tuples(some, st.sampled_from(STATES), st.none() | some), max_size=3, unique=True))
    counts = draw(st.lists(st.tuples(st.sampled_from(CATEGORIES), st.integers(0, 5)), max_size=2, unique=True))
    return Scene(
        entities=[Entity(id=i, category=k, confidence=draw(confidences)) for i, k in zip(ids, kinds, strict=True)],
        part_states=[
            PartState(id=f"p{n}", entity=e, part=part, state=state, object=o, confidence=draw(confidences))
            for n, (e, (part, state), o) in enumerate(states, start=1)
        ],
        relations=[
            Relation(id=f"r{n}", subject=s, predicate=p, object=o, confidence=draw(confidences))
            for n, (s, p, o) in enumerate(relations, start=1)
        ],
        counts=[
            Count(id=f"n{n}", category=c, value=v, confidence=draw(confidences))
            for n, (c, v) in enumerate(counts, start=1)
        ],
    )


def finding(
    *claims: str, message: str = "", severity: str = "violation", rule: str = "https://example.org/rule"
) -> Finding:
    return Finding(
        rule=rule,
        name="rule",
        severity=severity,
        focus=claims[0] if claims else "image",
        claims=tuple(sorted(claims)),
        message=message or f"{' and '.join(claims)} cannot hold together.",
    )


def verdict(*findings: Finding) -> Verdict:
    return Verdict(consistent=not any(f.severity == "violation" for f in findings), findings=findings)


def conflicts_as_rules(conflicts: Collection[Sequence[str]]) -> Callable[[Scene], Verdict]:
    """A checker that objects to every conflict whose claims are all in the scene."""

    def verdict_of(scene: Scene) -> Verdict:
        ids = {claim.id for claim in scene.claims()}
        return verdict(*(finding(*conflict) for conflict in conflicts if set(conflict) <= ids))

    return verdict_of


class ScriptedModel:
    """Answers with the given texts in order, the last one for ever; remembers every request and prompt."""

    info = ModelInfo(id="scripted")

    def __init__(self, *texts: str) -> None:
        self._texts = texts
        self.requests: list[Request] = []
        self.prompts: list[str] = []

    def reply(self, request: Request) -> Reply:
        text = self._texts[min(len(self.requests), len(self._texts) - 1)]
        self.requests.append(request)
        self.prompts.append(render(request, "full"))
        return Reply(
            text=text, prompt=self.prompts[-1], usage=Usage(calls=1, prompt_tokens=10, new_tokens=5, seconds=0.5)
        )
