"""The two answers of each pair -> how many of their claims are borne out, or at least consistent: our own check.

An answer is parsed into claims. Where there is evidence (scenes that are trusted, the captions of the pair, or the
picture with a witness), a claim counts if the evidence supports it; where there is none, if no rule that is violated
names it. What a text says that the parser does not read is no claim; nor does a text that is no English make any.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nesy.checking import check
from nesy.errors import InputError
from nesy.experiments.judging.answer_pairs import AnswerPair
from nesy.experiments.scoring.scene_pairs import NOTHING
from nesy.grounding import ground
from nesy.image import Image
from nesy.language.parsing import parse_many, words_to_read
from nesy.scene import Scene

Check = Literal["supported", "consistent"]


@dataclass(frozen=True)
class CheckedAnswer:
    """The claims of one answer."""

    claims: int
    good: int
    """Supported, or consistent."""
    check: Check

    @property
    def share(self) -> float | None:
        """Share of the claims that are good; None where there is no claim."""
        return self.good / self.claims if self.claims else None


Checked = tuple[CheckedAnswer, CheckedAnswer]
"""Of the reference, and of the candidate."""


def check_answers(
    pairs: Sequence[AnswerPair], evidence: Mapping[str, Scene] | None = None, witness: str | None = None
) -> list[Checked]:
    """Check the answers of every pair.

    Args:
        pairs: the answers.
        evidence: name of a picture -> a scene of it that is trusted.
        witness: who looks at the picture where there is no scene; None: nobody.

    Raises:
        InputError: a picture cannot be read.
        ModelError: the witness cannot be used here.
    """
    parsed = _parsed(text for pair in pairs for text in (pair.reference, pair.candidate, pair.context))
    found: list[Checked] = []
    for pair in pairs:
        reference, candidate, context = (parsed[text] for text in (pair.reference, pair.candidate, pair.context))
        name = "" if pair.image is None else pair.image.name
        trusted: Scene | Image | None = (evidence or {}).get(name)
        if trusted is None and context.entities:
            trusted = context
        if trusted is None and witness is not None and pair.image is not None:
            trusted = Image.open(pair.image)
        checked = [_checked(scene, trusted, witness) for scene in (reference, candidate)]
        found.append((checked[0], checked[1]))
    return found


def _parsed(texts: Iterable[str]) -> dict[str, Scene]:
    """Return the claims of each text; none of one that is blank or no English."""
    distinct = list(dict.fromkeys(texts))
    readable = [text for text in distinct if _is_read(text)]
    return dict.fromkeys(distinct, NOTHING) | dict(zip(readable, parse_many(readable), strict=True))


def _is_read(text: str) -> bool:
    try:
        words_to_read(text, told=False)
    except InputError:
        return False
    return True


def _checked(scene: Scene, trusted: Scene | Image | None, witness: str | None) -> CheckedAnswer:
    if trusted is None:
        claims = {claim.id for claim in scene.claims()}
        objected = {claim for finding in check(scene).violations for claim in finding.claims}
        return CheckedAnswer(len(claims), len(claims - objected), "consistent")
    judged = ground(scene, trusted) if witness is None else ground(scene, trusted, witness=witness)
    return CheckedAnswer(len(judged), sum(one.status == "supported" for one in judged), "supported")
