"""Timeline + rules over time -> findings that name frames and times."""

from collections.abc import Sequence

from pydantic import Field

from nesy.analysis.rounds import Frozen
from nesy.checking import Engine, Rules, prepare
from nesy.ontology import Ontology
from nesy.settings import CheckingSettings, VideoSettings
from nesy.verdict import Finding, Severity
from nesy.video.temporal_scene import TemporalScene, temporal_scene
from nesy.video.timeline import Timeline

_DEFAULTS = VideoSettings()
_STOPPED = "It is not known whether this rule is broken: "


class FrameClaim(Frozen):
    """A claim of one frame.

    >>> FrameClaim(frame=3, claim="r1").frame
    3
    """

    frame: int
    """Index of the frame."""
    claim: str
    """Id of the claim in the scene of that frame."""


class TemporalFinding(Frozen):
    """One rule over time, broken at one place, with the claims of the frames that are in conflict.

    >>> found = TemporalFinding(
    ...     rule="https://w3id.org/nesy/rules#SaidOnce", name="said of one frame alone", severity="warning",
    ...     message="person_1 ride horse_1 is said at 1 s, but neither at 0.5 s nor at 1.5 s.",
    ...     claims=(FrameClaim(frame=2, claim="r1"),), times_s=(1.0,))
    >>> found.frames
    (2,)
    """

    rule: str
    """IRI of the rule."""
    name: str
    """The rule's name, in a few words."""
    severity: Severity
    """`violation`: it cannot be; `warning`: it is unusual; `info`: something may be missing."""
    message: str
    """A plain sentence with the tracks named."""
    claims: tuple[FrameClaim, ...]
    """The claims in conflict, by frame."""
    times_s: tuple[float, ...] = Field(default=())
    """When the frames of these claims are shown, in seconds."""

    @property
    def frames(self) -> tuple[int, ...]:
        """Indices of the frames of these claims, in order, each once."""
        return tuple(sorted({claim.frame for claim in self.claims}))


def check_over_time(
    timeline: Timeline,
    rules: Rules | None = None,
    ontology: Ontology | None = None,
    settings: VideoSettings = _DEFAULTS,
    engine: Engine = "compiled",
    seconds_per_rule: float = CheckingSettings().seconds_per_rule,
) -> tuple[TemporalFinding, ...]:
    """Return what rules over time find, by severity, rule and frames.

    Args:
        timeline: what is claimed, and when.
        rules: those of `rules/time.ttl` if None.
        ontology: the shipped one if None.
        settings: how fast a thing moves at most, and how soon is at once.
        engine: `compiled`, or `pyshacl`, the slow reference that says the same.
        seconds_per_rule: of the processor, which a rule may take; one that takes more is a finding that says so.

    Raises:
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    known = ontology or Ontology.default()
    pack = Rules.over_time() if rules is None else rules
    data = temporal_scene(timeline, known, settings.fastest, settings.shortly_s)
    prepared = prepare(data.scene, known, pack, seconds_per_rule, data.triples)
    found = [_placed(finding, timeline, data) for finding in prepared.findings(pack, engine)]
    stopped = prepared.undecided
    untold = [
        TemporalFinding(rule=one.iri, name=one.name, severity=one.severity, message=_STOPPED + why, claims=())
        for one in pack
        if (why := stopped.get(one.iri))
    ]
    return (*found, *untold)


def _placed(finding: Finding, timeline: Timeline, data: TemporalScene) -> TemporalFinding:
    places = sorted({data.places[claim] for claim in finding.claims if claim in data.places})
    return TemporalFinding(
        rule=finding.rule,
        name=finding.name,
        severity=finding.severity,
        message=finding.message,
        claims=tuple(FrameClaim(frame=frame, claim=claim) for frame, claim in places),
        times_s=tuple(timeline.frames[frame].time_s for frame in sorted({frame for frame, _ in places})),
    )


def flickers(findings: Sequence[TemporalFinding]) -> int:
    """Return how often a relation or state stops and begins again at once."""
    return sum(one.rule.endswith(("#RelationFlickers", "#StateFlickers")) for one in findings)
