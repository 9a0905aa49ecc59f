"""The scenes of several pictures -> which things of one are things of another: asked, checked, asked again, repaired.

All pictures are shown in every turn, so what the model made of them serves each. One turn a picture: which of its
things were seen before. What is offered are the first sightings alone, so that a thing has one name to be known by and
the model's belief in it is not spread over several. Then the rules across pictures are asked, the model once more about
identities that a rule objects to, and what is still broken is repaired: the identities of least belief are withdrawn.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from nesy.analysis import Album, Analysis, OntologyFile, Round, StopReason, withdrawn
from nesy.checking import SAME, Rules, check_together, violations_together
from nesy.errors import InputError, ModelError
from nesy.image import Image
from nesy.loop.correction import correct
from nesy.loop.dialogue import Dialogue, Exchange, Unreadable
from nesy.loop.options import KEEP, WITHDRAW
from nesy.loop.policy import falling
from nesy.loop.revision import revise
from nesy.ontology import Ontology
from nesy.perception.identities import Identities, parse_identities
from nesy.repair import repair
from nesy.scene import Entity, ImageInfo, Relation, Scene, joint_entities
from nesy.settings import Settings
from nesy.turns import (
    MOST_TOGETHER,
    NumberedClaim,
    Request,
    Usage,
    VisionLanguageModel,
    info_of,
    misfit_of,
    most_pictures,
)
from nesy.verdict import Verdict

Watch = Callable[[Sequence[Image]], Iterable[Image]]
"""Wraps pictures while they are analyzed, for a progress bar."""
_OTHER = "name another model with --model; a profile says how many a model takes (`pictures`, --profile)"


def together(images: Sequence[Image], album: Album | None = None) -> tuple[Image, ...]:
    """Return pictures that can be analyzed together.

    Raises:
        InputError: they are fewer than two or more than `MOST_TOGETHER`, one is there twice, or an album is given that
            is of others.
    """
    if not 2 <= len(images) <= MOST_TOGETHER:
        given = {0: "none is", 1: "one is"}.get(len(images), f"{len(images)} are")
        raise InputError(f"from 2 to {MOST_TOGETHER} pictures are analyzed together, and {given} given")
    first: dict[str, int] = {}
    for number, image in enumerate(images, start=1):
        before = first.setdefault(image.sha256, number)
        if before != number:
            raise InputError(f"{image.name}: picture {number} is picture {before} again; each has to be another")
    if album is not None and [image.sha256 for image in images] != [one.image.sha256 for one in album.pictures]:
        raise InputError("the album is of other pictures than those that are asked about")
    return tuple(images)


def able(model: VisionLanguageModel, pictures: int) -> None:
    """Make sure that a model takes turns about so many pictures.

    Raises:
        ModelError: it does not.
    """
    most, name = most_pictures(model), info_of(model).id
    if most == 1:
        raise ModelError(f"{name} takes turns about one picture alone; it has not learnt any about several", _OTHER)
    if pictures > most:
        raise ModelError(f"{name} takes turns about {most} pictures at most, and {pictures} are given", _OTHER)


def album_of(
    images: Sequence[Image], analyze: Callable[[Image], Analysis], dialogue: Callable[[], Dialogue], watch: Watch = iter
) -> Album:
    """Analyze pictures one by one, then link them.

    Args:
        images: from two to twelve, each another one.
        analyze: a picture by itself.
        dialogue: gives the model, once it is known that the pictures will do.
        watch: wraps the pictures while they are analyzed.

    Raises:
        InputError: as `together`.
        ModelError: as `able`, or the model cannot answer.
        NesyError: as `analyze`, and as `rules_together`.
    """
    pictures, talk = together(images), dialogue()
    able(talk.model, len(pictures))
    rules = rules_together(talk.settings, talk.ontology)
    analyses = tuple(analyze(picture) for picture in watch(pictures))
    linked = link(talk, pictures, [one.scene for one in analyses], rules)
    return Album(
        pictures=analyses,
        together=linked,
        consistent=linked.consistent and all(one.consistent for one in analyses),
        usage=sum((one.usage for one in analyses), linked.usage),
    )


def rules_together(settings: Settings, ontology: Ontology) -> Rules:
    """Return the rules across pictures that settings choose.

    Raises:
        InputError: they name a rule or a file that is not there.
        KnowledgeError: a rule file cannot be used.
    """
    chosen = settings.together
    return Rules.across_pictures(chosen.rules, chosen.off, chosen.severity, settings.language.code, ontology)


def link(dialogue: Dialogue, images: Sequence[Image], scenes: Sequence[Scene], rules: Rules) -> Analysis:
    """Ask which things of the pictures are the same; the analysis of the scene that holds all of them.

    Args:
        dialogue: with the model; its `check` and its witness are of one picture and are not asked.
        images: two or more.
        scenes: what is claimed of each.
        rules: across pictures.

    Raises:
        ModelError: the model cannot answer.
    """
    return _Linking(dialogue, images, scenes, rules).run()


@dataclass(frozen=True)
class _Linking:
    dialogue: Dialogue
    images: Sequence[Image]
    scenes: Sequence[Scene]
    rules: Rules

    def run(self) -> Analysis:
        rounds = self._identified()
        rounds, stop = self._corrected(rounds)
        last = rounds[-1]
        repaired = repair(
            last.scene,
            self._check,
            self.dialogue.ontology,
            verdict=last.verdict,
            violations_of=lambda scene: violations_together(scene, self.rules, self.dialogue.ontology),
        )
        misfit = next(filter(None, (misfit_of(self.dialogue.model, image) for image in self.images)), "")
        verdict = repaired.verdict.doubted(misfit)
        files = self.dialogue.ontology.own
        analysis = Analysis(
            image=ImageInfo(name=", ".join(image.name for image in self.images)),
            model=self.dialogue.info,
            settings=self.dialogue.settings,
            ontology=tuple(OntologyFile(path=str(file.path), sha256=file.sha256) for file in files),
            rounds=rounds,
            kept_round=last.index,
            scene=repaired.scene,
            verdict=verdict,
            edits=repaired.edits,
            repair_optimal=repaired.optimal,
            withdrawn=withdrawn(rounds, last.index, repaired.edits),
            stop_reason=stop,
            consistent=verdict.status == "consistent",
            usage=sum((turn.usage for turn in rounds), Usage()),
        )
        if self.dialogue.hooks.finished:
            self.dialogue.hooks.finished(analysis)
        return analysis

    def _check(self, scene: Scene) -> Verdict:
        settings = self.dialogue.settings.checking
        return check_together(scene, self.rules, self.dialogue.ontology, settings=settings)

    # --- the turns ---

    def _identified(self) -> tuple[Round, ...]:
        """Ask of each picture which of its things were seen before; the rounds, at least one."""
        things = joint_entities(self.scenes)
        every = tuple(entity for some in things for entity in some)
        first, found, rounds = list(things[0]), list[Relation](), list[Round]()
        for own in things[1:]:
            if own and first:
                said = self._ask(own, first, len(rounds))
                found += _claims(said, len(found))
                rounds.append(self._round(len(rounds), Scene(entities=every, relations=tuple(found)), said))
            seen = {relation.subject for relation in found}
            first += [entity for entity in own if entity.id not in seen]
        return tuple(rounds) or (self._round(0, Scene(entities=every), None),)

    def _ask(self, things: Sequence[Entity], known: Sequence[Entity], number: int) -> Exchange[Identities] | Unreadable:
        request = Request(
            image=self.images[0],
            others=tuple(self.images[1:]),
            kind="identify",
            round=number,
            entities=tuple(things),
            known=tuple(known),
        )
        return self.dialogue.exchange(request, lambda reply: parse_identities(reply, things, known))

    def _round(self, number: int, scene: Scene, said: Exchange[Identities] | Unreadable | None) -> Round:
        """Return a round of an answer, of none that could be read, or of nothing to ask about."""
        made = Round(
            index=number,
            kind="identify",
            prompt="",
            reply="",
            scene=scene,
            verdict=self._check(scene),
            usage=Usage() if said is None else said.usage,
        )
        if isinstance(said, Unreadable):
            told = said.failures[-1]
            failed = {"readable": False, "failures": said.failures, "problems": told.problems}
            made = made.model_copy(update={"prompt": told.prompt, "reply": told.reply, **failed})
        elif said is not None:
            told_of = {"problems": said.parsed.problems, "failures": said.failures}
            made = made.model_copy(update={"prompt": said.reply.prompt, "reply": said.reply.text, **told_of})
        if self.dialogue.hooks.round_finished:
            self.dialogue.hooks.round_finished(made)
        return made

    def _corrected(self, rounds: tuple[Round, ...]) -> tuple[tuple[Round, ...], StopReason]:
        """Ask once more about the identities that a rule objects to; the rounds, and why it ends."""
        last, settings = rounds[-1], self.dialogue.settings
        # No looks: the model has learnt to tell true from wrong of one picture.
        corrected = settings.correction.model_copy(update={"marks": False, "evidence": "none", "doubt": 0.0})
        dialogue = replace(
            self.dialogue,
            check=self._check,
            settings=settings.model_copy(update={"correction": corrected}),
            seeing=None,
        )
        question = correct(self.images[0], last.scene, last.verdict, dialogue.ontology, corrected, round=len(rounds))
        if question is None:
            return rounds, "consistent" if last.verdict.consistent else "nothing_to_ask"
        if not settings.together.ask or not corrected.rounds:
            return rounds, "rounds_exhausted"
        request = question.model_copy(
            update={"others": tuple(self.images[1:]), "claims": tuple(map(_kept_or_not, question.claims))}
        )
        accept = falling(dialogue)
        turn = revise(dialogue, (last,), request, accept)
        if dialogue.hooks.round_finished:
            dialogue.hooks.round_finished(turn)
        if not turn.readable:
            return (*rounds, turn), "unreadable"
        if turn.verdict.consistent:
            return (*rounds, turn), "consistent"
        unmoved: StopReason = "refused" if turn.refused else "unchanged"
        return (*rounds, turn), unmoved if turn.scene == last.scene else "rounds_exhausted"


def _claims(said: Exchange[Identities] | Unreadable, before: int) -> list[Relation]:
    """Return the identities of an answer as claims, numbered on."""
    if isinstance(said, Unreadable):
        return []
    return [
        Relation(
            id=f"s{number}", subject=thing, predicate=SAME, object=known, confidence=said.parsed.confidences[thing]
        )
        for number, (thing, known) in enumerate(said.parsed.same.items(), start=before + 1)
    ]


def _kept_or_not(claim: NumberedClaim) -> NumberedClaim:
    """Return a claim that may be kept or withdrawn and not become another: an identity has no likelier one."""
    return claim.model_copy(update={"answers": (KEEP, WITHDRAW)})
