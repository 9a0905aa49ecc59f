"""Witnesses -> a model that answers: photographs described, claims kept or withdrawn, by what two small networks see.

It writes no word that was not seen. A description is what is plain (`nesy.grounding.seen_scene`), with chances for
confidences; asked about a claim, it answers what the same sightings support (`nesy.grounding.sight`).
"""

import hashlib
import time
from collections.abc import Sequence

from nesy.errors import InputError, ModelError
from nesy.grounding.seen_entities import SUPPORTED
from nesy.grounding.seen_scene import seen_scene
from nesy.grounding.sight import opinion_of
from nesy.grounding.sightings import PRIOR, Sightings
from nesy.grounding.word_match import Words
from nesy.image import Image
from nesy.language.question_parser import read_question
from nesy.models.claim_words import claim_of
from nesy.models.seen_answers import answer
from nesy.models.sure_text import answer_tokens, patch_tokens, scene_tokens
from nesy.observations import Observations, Witness, joined
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed
from nesy.perception.prompt import COMPACT_TURNS
from nesy.turns import ModelInfo, NumberedClaim, Reply, Request, Token, Usage
from nesy.witness.embedded import NAME as EMBEDDED
from nesy.witness.roster import READER, load_all, reader

NAME = "witness"
KEEP, WITHDRAW = "keep", "withdraw"


class WitnessModel:
    """A model whose eyes are detectors and that has no language of its own.

    Args:
        witnesses: who looks, at least one, side by side.
        ontology: the shipped one if None.
    """

    turns = COMPACT_TURNS
    """The kinds of turns that it takes."""
    takes_templates = False
    """It reads no words, so it takes none of one's own."""
    takes_marks = False
    most_pictures = 1
    takes_prose = False

    def __init__(self, witnesses: Sequence[Witness], ontology: Ontology | None = None) -> None:
        if not witnesses:
            raise InputError("no witness is named")
        self._witnesses = tuple(witnesses)
        self._words = Words(ontology or Ontology.default())
        self._last: tuple[Image, Sightings] | None = None

    @property
    def info(self) -> ModelInfo:
        """Its name, with the witnesses', and their weights: of several the sum of their sums."""
        known = [witness.info for witness in self._witnesses]
        sums = [one.weights_sha256 for one in known if one.weights_sha256]
        several = hashlib.sha256("\n".join(sums).encode()).hexdigest() if len(sums) > 1 else None
        return ModelInfo(
            id=f"{NAME}:{','.join(one.name for one in known)}",
            revision=", ".join(one.version for one in known if one.version) or None,
            weights_sha256=several or next(iter(sums), None),
        )

    def reply(self, request: Request) -> Reply:
        """Answer one request; there is no prompt, for nothing is read but the picture and what is asked about.

        Raises:
            ModelError: it cannot take such a turn, or a witness cannot look.
        """
        if request.kind not in self.turns:
            raise ModelError(
                f"{self.info.id} can {', '.join(self.turns)}, not {request.kind}", "name another model with --model"
            )
        started = time.perf_counter()
        sight = self._sight(request.image)
        match request.kind:
            case "describe":
                tokens = scene_tokens(seen_scene(sight))
            case "correct":
                tokens = patch_tokens(
                    {claim.number: self._corrected(claim, request, sight) for claim in request.claims}
                )
            case "verify":
                tokens = (self._verified(request, sight),)
            case _:
                question = read_question(request.question, self._words.ontology)
                if question.of_text:
                    sight = self._read(request.image, sight)
                tokens = answer_tokens(answer(question, sight, seen_scene(sight), request.entities))
        return Reply(
            text="".join(token.text for token in tokens),
            tokens=tokens,
            usage=Usage(calls=1, seconds=time.perf_counter() - started),
        )

    def _sight(self, image: Image) -> Sightings:
        """Return what is seen in a picture; the last one is kept."""
        if self._last is None or self._last[0] is not image:
            seen: list[Observations] = [witness.observe(image) for witness in self._witnesses]
            self._last = image, Sightings([joined(seen)], self._words, image)
        return self._last[1]

    def _read(self, image: Image, sight: Sightings) -> Sightings:
        """Return a sight with the lines of text in the picture, where nobody of the witnesses reads and one can."""
        who = None if any(one.info.name == READER for one in self._witnesses) else reader()
        return sight if who is None else Sightings([*sight.several, who.observe(image)], self._words, image)

    def _corrected(self, asked: NumberedClaim, request: Request, sight: Sightings) -> tuple[str, float]:
        """Return the answer that what is seen supports, and how sure it is; what cannot be told is kept."""
        claim = claim_of(asked.text, request.entities, self._words.ontology, asked.claim)
        now = None if claim is None else opinion_of(claim, request.entities, sight).chance
        if claim is None or now is None:
            return KEEP, PRIOR
        changes = (answer for answer in asked.answers if answer not in (KEEP, WITHDRAW))
        chances = {
            change: opinion_of(changed(claim, change, None), request.entities, sight).chance or 0.0
            for change in changes
        }
        likeliest = max(chances, key=lambda change: chances[change], default=KEEP)
        if chances.get(likeliest, 0.0) >= max(now, SUPPORTED):  # it tells more than that the claim is wrong
            return likeliest, chances[likeliest]
        return (KEEP, now) if now >= PRIOR else (WITHDRAW, 1 - now)

    def _verified(self, request: Request, sight: Sightings) -> Token:
        """Return yes or no, with its chance; what cannot be told is as likely as not."""
        claim = claim_of(request.question, request.entities, self._words.ontology)
        chance = None if claim is None else opinion_of(claim, request.entities, sight).chance
        yes = PRIOR if chance is None else 1 - chance if request.negated else chance
        return Token(text="yes" if yes >= PRIOR else "no", probability=round(max(yes, 1 - yes), 4))


def witness_model(spec: str) -> WitnessModel:
    """Return the model that `witness` or `witness:NAME` names; several names are joined by commas.

    Raises:
        InputError: there is no such witness.
        ModelError: it cannot be used here.
    """
    return WitnessModel(load_all(spec.partition(":")[2] or EMBEDDED))
