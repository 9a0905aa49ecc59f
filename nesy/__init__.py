"""nesy: a vision-language model made accountable.

    Image -> perception -> Scene -> graph -> checking -> Verdict -> repair -> Analysis
                 ^                                         |
                 +-------------- correction <--------------+

A vision-language model describes an image as claims (`Scene`); rules over an ontology say which claims cannot
hold together (`Verdict`); the model is asked again about those alone; what still breaks a rule is repaired. Every
round is kept (`Analysis`), as JSON and as RDF with provenance.

    >>> import nesy
    >>> scene = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")])
    >>> nesy.check(scene).consistent
    True

The things are modules of this package (`scene`, `finding`, `dialogue`, `analysis` ...), the steps are its folders,
and `pipeline` is the only place where the steps meet. The names below are loaded when first used.
"""

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nesy.analysis import Analysis, Answer, Edit, Failure, Round, Withdrawal
    from nesy.analysis.life import Life
    from nesy.answering.answer import AnswerClaim, Answered, AnswerTurn
    from nesy.checking import Rule, Rules
    from nesy.checking.check import check
    from nesy.errors import InputError, KnowledgeError, ModelError, NesyError, ReplyError
    from nesy.geometry import Box
    from nesy.graph.store import Store
    from nesy.grounding.judgement import ground
    from nesy.image import Image
    from nesy.language.parsing import parse, parse_many
    from nesy.ontology import Ontology
    from nesy.ontology.concepts import Concept
    from nesy.pipeline import Pipeline
    from nesy.scene import Count, Entity, ImageInfo, PartState, Relation, Scene
    from nesy.settings import CheckingSettings, CorrectionSettings, LanguageSettings, PerceptionSettings, Settings
    from nesy.turns import ModelInfo, NumberedClaim, Reply, Request, Token, Usage, VisionLanguageModel
    from nesy.verdict import Finding, GroundedVerdict, Judgement, Verdict

    __version__: str

__all__ = [
    "Analysis",
    "Answer",
    "AnswerClaim",
    "AnswerTurn",
    "Answered",
    "Box",
    "CheckingSettings",
    "Concept",
    "CorrectionSettings",
    "Count",
    "Edit",
    "Entity",
    "Failure",
    "Finding",
    "GroundedVerdict",
    "Image",
    "ImageInfo",
    "InputError",
    "Judgement",
    "KnowledgeError",
    "LanguageSettings",
    "Life",
    "ModelError",
    "ModelInfo",
    "NesyError",
    "NumberedClaim",
    "Ontology",
    "PartState",
    "PerceptionSettings",
    "Pipeline",
    "Relation",
    "Reply",
    "ReplyError",
    "Request",
    "Round",
    "Rule",
    "Rules",
    "Scene",
    "Settings",
    "Store",
    "Token",
    "Usage",
    "Verdict",
    "VisionLanguageModel",
    "Withdrawal",
    "__version__",
    "check",
    "ground",
    "parse",
    "parse_many",
]

_HOMES = {
    "analysis": ("Analysis", "Answer", "Edit", "Failure", "Round", "Withdrawal"),
    "answering.answered": ("AnswerClaim", "AnswerTurn", "Answered"),
    "checking": ("Rule", "Rules", "check"),
    "grounding": ("ground",),
    "turns": ("ModelInfo", "NumberedClaim", "Reply", "Request", "Token", "Usage", "VisionLanguageModel"),
    "errors": ("InputError", "KnowledgeError", "ModelError", "NesyError", "ReplyError"),
    "verdict": ("Finding", "GroundedVerdict", "Judgement", "Verdict"),
    "geometry": ("Box",),
    "image": ("Image",),
    "ontology": ("Ontology",),
    "ontology.concepts": ("Concept",),
    "language.parsing": ("parse", "parse_many"),
    "analysis.life": ("Life",),
    "pipeline": ("Pipeline",),
    "scene": ("Count", "Entity", "ImageInfo", "PartState", "Relation", "Scene"),
    "settings": ("CheckingSettings", "CorrectionSettings", "LanguageSettings", "PerceptionSettings", "Settings"),
    "graph.store": ("Store",),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that `import nesy` stays light."""
    if name == "__version__":
        return metadata.version("nesy")
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"nesy.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'nesy' has no attribute {name!r}; the public names are in nesy.__all__")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
