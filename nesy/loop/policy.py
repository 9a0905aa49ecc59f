"""A dialogue and an image -> the parts of the shipped loop: what is asked, taken and kept, and when it ends."""

from collections.abc import Sequence

from nesy.analysis import Evidence, Round, StopReason
from nesy.image import Image
from nesy.loop.acceptance import any_answer, lowering
from nesy.loop.correction import correct
from nesy.loop.dialogue import Dialogue
from nesy.loop.doubts import doubt
from nesy.loop.looks import believed
from nesy.loop.potential import chances_so_far, measure
from nesy.loop.revision import revise, settle
from nesy.loop.run import Accept, Answers, Parts, Rounds
from nesy.loop.termination import best, stop_reason
from nesy.turns import Request, misfit_of


def parts(dialogue: Dialogue, image: Image) -> Parts:
    """Return the shipped loop: doubts are settled first, then what the rules object to is asked about.

    An answer is taken if the potential falls by it (`nesy.loop.potential`); of all rounds the best is kept.
    """
    settings = dialogue.settings.correction

    def doubted(rounds: Rounds) -> Request | None:
        """What the description says with little belief; it is looked at once, right after the description."""
        if len(rounds) > 1 or not settings.doubt:
            return None
        scene = rounds[0].scene
        beliefs = dialogue.reweighed(scene, believed(dialogue.model, dialogue.info, settings, scene))
        return doubt(image, scene, beliefs, settings.doubt, round=1)

    def ask(rounds: Rounds) -> Request | None:
        last, unsettled = rounds[-1], doubted(rounds)
        return unsettled or correct(image, last.scene, last.verdict, dialogue.ontology, settings, round=len(rounds))

    def take(rounds: Rounds, request: Request, accept: Accept) -> Round:
        if request.kind == "verify":
            return settle(dialogue, rounds, request)
        return revise(dialogue, rounds, request, accept)

    def stop(rounds: Rounds) -> StopReason | None:
        if misfit_of(dialogue.model, image):  # it would answer about what it cannot see
            return "unfit_picture"
        return None if doubted(rounds) else stop_reason(rounds, settings)

    return Parts(ask, take, falling(dialogue) if settings.accept == "lowering" else any_answer, stop, keep=best)


def falling(dialogue: Dialogue) -> Accept:
    """Return what accepts the answers that lower the potential of the last round's scene, by all looks so far."""

    def accept(rounds: Rounds, request: Request, answers: Answers, looked: Sequence[Evidence] = ()) -> Answers:
        chances = chances_so_far(dialogue, rounds, looked, request)
        potential = measure(dialogue, rounds[0].scene, chances)
        return lowering(rounds[-1].scene, request, answers, potential, dialogue.ontology, chances)

    return accept
