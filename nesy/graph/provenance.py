"""Records of an analysis -> rdflib.Dataset: one named graph per round, PROV-O activities, tombstones."""

from dataclasses import dataclass
from datetime import datetime

from nesy.dialogue import ModelInfo, Usage
from nesy.finding import Verdict
from nesy.scene import Scene


@dataclass(frozen=True)
class RoundRecord:
    """One round in plain values: what was asked, what came back, what the rules said of it."""

    number: int
    scene: Scene
    verdict: Verdict | None = None
    prompt: str = ""
    reply: str = ""
    usage: Usage = Usage()
    started: datetime | None = None


@dataclass(frozen=True)
class WithdrawalRecord:
    """A claim dropped in `round`; `round` is the last round that still held it."""

    claim: str
    round: int
    reason: str


@dataclass(frozen=True)
class AnalysisRecord:
    """A whole analysis in plain values; `final` is the scene after the repair."""

    rounds: tuple[RoundRecord, ...]
    final: Scene
    verdict: Verdict | None = None
    model: ModelInfo | None = None
    withdrawn: tuple[WithdrawalRecord, ...] = ()
