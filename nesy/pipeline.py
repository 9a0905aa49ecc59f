"""The loop: image -> scene -> verdict -> question -> revised scene ... -> repair -> Analysis. Steps meet only here.

And the other one, for a user's question: analysis -> answer -> what speaks against it -> another answer -> Answered.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from nesy import answering
from nesy.analysis import Analysis, Answer, Evidence, Failure, Round, StopReason, withdrawn
from nesy.answering import Answered, Spoken
from nesy.checking import Rules, check, prepare
from nesy.errors import ModelError, ReplyError
from nesy.image import Image
from nesy.language.question_parser import read_question
from nesy.loop import doubts as doubting
from nesy.loop.acceptance import Potential, lowering, potential
from nesy.loop.correction import correct
from nesy.loop.exchange import Exchange, Unreadable, exchange, unreadable
from nesy.loop.looks import believed, look
from nesy.loop.options import KEEP
from nesy.loop.patch import apply_patch
from nesy.loop.run import Accept, Answers, Hooks, Parts, Rounds, run
from nesy.loop.statements import Chances, spread
from nesy.loop.termination import best, stop_reason
from nesy.models.registry import load_model
from nesy.ontology import Ontology
from nesy.perception.prompt import NO_MARKS
from nesy.perception.reply import parse_answer, parse_patch, parse_scene
from nesy.repair import Repaired, denied, price, repair
from nesy.scene import Scene, in_words, term
from nesy.settings import Settings
from nesy.turns import ModelInfo, Reply, Request, Usage, VisionLanguageModel
from nesy.verdict import Finding, Verdict

T = TypeVar("T")


class Pipeline:
    """The whole chain for one model and one set of settings; model, rules and ontology are loaded once, when needed.

    Args:
        model: `embedded`, a hub id, a folder, `replay:FILE`, an address, or any object with
            `reply(request) -> Reply`; None takes the default model.
        settings: of every step; None takes the defaults.
        hooks: called while an image is analyzed.
    """

    def __init__(
        self,
        model: str | VisionLanguageModel | None = None,
        settings: Settings | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self._model = model
        self.settings = Settings() if settings is None else settings
        self.hooks = hooks or Hooks()

    def analyze(self, image: str | Path | Image) -> Analysis:
        """Describe the image, check, ask again about what cannot be true, and repair what remains.

        An inconsistent result is a value, not an error.

        Raises:
            InputError: the image cannot be read.
            KnowledgeError: a rule or ontology file cannot be used.
            ModelError: the model cannot be loaded or cannot answer.
            ReplyError: the first reply is no scene, not even after the format-only retries.
        """
        picture = _opened(image)
        return self.go_on(picture, self.describe(picture))

    def go_on(self, image: Image, first: Round, parts: Parts | None = None) -> Analysis:
        """Run the loop from a first round that is there already; raises as `analyze` does.

        Args:
            image: the picture that `first` describes.
            first: a round 0, from `describe` or from a record.
            parts: of another loop than that of the settings.
        """
        parts = parts or self.parts(image)
        rounds, stop = run(first, parts, self.hooks)
        return self._conclude(image, rounds, stop, parts)

    def parts(self, image: Image) -> Parts:
        """Return the parts of the loop as the settings have them."""
        settings = self.settings.correction

        def ask(rounds: Rounds) -> Request | None:
            last, doubted = rounds[-1], self.doubts(image, rounds)
            return doubted or correct(image, last.scene, last.verdict, self.ontology, settings, round=len(rounds))

        return Parts(
            ask=ask,
            take=self.revise,
            accept=self.lowering if settings.accept == "lowering" else any_answer,
            stop=lambda rounds: None if self.doubts(image, rounds) else stop_reason(rounds, settings),
            keep=best,
        )

    def describe(self, image: Image) -> Round:
        """Return round 0: the image described and checked; raises as `analyze` does."""
        exchange = self._look(image)
        scene, problems = exchange.parsed
        described = Round(
            index=0,
            kind="describe",
            prompt=exchange.reply.prompt,
            reply=exchange.reply.text,
            scene=scene,
            verdict=self.check(scene),
            usage=exchange.usage,
            problems=problems,
            failures=exchange.failures,
        )
        if self.hooks.round_finished:
            self.hooks.round_finished(described)
        return described

    def lowering(self, rounds: Rounds, request: Request, answers: Answers, looked: Sequence[Evidence] = ()) -> Answers:
        """Return the answers that lower the potential of the last round's scene, by all that was looked at so far."""
        measure, chances = self._measure(rounds, looked)
        return lowering(rounds[-1].scene, request, answers, measure, chances)

    def _measure(self, rounds: Rounds, looked: Sequence[Evidence]) -> tuple[Callable[[Scene], Potential], Chances]:
        """Return the potential by the description's own words and all the looks so far, and the chances it goes by."""
        first = rounds[0].scene
        own = self._believed(first)
        seen = {in_words(claim): own[claim.id] for claim in first.claims() if claim.id in own}
        seen |= chances_of((*(one for turn in rounds for one in turn.evidence), *looked))
        chances = spread(seen, first, self.ontology)
        return partial(self.potential, first, chances=chances), chances

    def potential(self, first: Scene, scene: Scene, chances: Chances = MappingProxyType({})) -> Potential:
        """Return what counts against a scene that came of `first`; `nesy.loop.acceptance` says how."""
        priced, against = partial(price, chances=chances), partial(denied, chances=chances)
        return potential(scene, self.check(scene), first, priced, against, self.settings.correction)

    def doubts(self, image: Image, rounds: Rounds) -> Request | None:
        """Return what the description says with little belief, to be looked at; None where there is no evidence.

        It is looked at once, right after the description.
        """
        below, scene = self.settings.correction.doubt, rounds[-1].scene
        if len(rounds) > 1 or not below:
            return None
        return doubting.doubt(image, scene, self._believed(scene), below, len(rounds))

    def _believed(self, scene: Scene) -> dict[str, float]:
        return believed(self.model, self.model_info, self.settings.correction, scene)

    def revise(self, rounds: Rounds, request: Request, accept: Accept) -> Round:
        """Ask about the disputed claims and patch the last round's scene with the answers; ModelError when it fails.

        The claims are looked at blindly before, where the settings want it and the model gives evidence.
        """
        if request.kind == "verify":
            return self.settle(rounds, request)
        last, before = rounds[-1], [one for turn in rounds for one in turn.evidence]
        looked = look(self.model, self.model_info, self.settings.correction, request, last.scene, before)
        evidence = {"evidence": looked.evidence, "no_evidence": looked.none}
        exchange = self.exchange(request, lambda reply: parse_patch(reply, request.claims))
        if isinstance(exchange, Unreadable):
            failed = unreadable(last, request, exchange)
            return failed.model_copy(update={**evidence, "usage": failed.usage + looked.usage})
        patch = exchange.parsed
        taken = accept(rounds, request, patch.answers, looked.evidence)
        result = apply_patch(last.scene, request, taken, patch.confidences)
        return Round(
            index=request.round,
            kind="correct",
            prompt=exchange.reply.prompt,
            reply=exchange.reply.text,
            scene=result.scene,
            verdict=last.verdict if result.scene == last.scene else self.check(result.scene),
            usage=exchange.usage + looked.usage,
            temperature=request.temperature,
            seed=request.seed,
            problems=(*patch.problems, *result.ignored, *looked.problems),
            failures=exchange.failures,
            notes=request.notes,
            asked=request.claims,
            answers=tuple(
                Answer(number=c.number, claim=c.claim, answer=patch.answers[c.number], confidence=sure)
                for c in request.claims
                if c.number in patch.answers
                for sure in (patch.confidences.get(c.number),)
            ),
            changed=result.changed,
            refused=tuple(
                c.claim
                for c in request.claims
                if c.number not in taken and term(patch.answers.get(c.number, KEEP)) != KEEP
            ),
            withdrawn=result.withdrawn,
            evidence=looked.evidence,
            no_evidence=looked.none,
        )

    def settle(self, rounds: Rounds, request: Request) -> Round:
        """Look at what is doubted, and withdraw what the looks leave too little chance; ModelError when it fails."""
        last, settings = rounds[-1], self.settings.correction
        if self.hooks.round_started:
            self.hooks.round_started(request)
        looked = look(self.model, self.model_info, settings, request, last.scene)
        seen = {one.claim: one.chance for one in looked.evidence}
        denied = doubting.denied(last.scene, seen, settings)
        measure, _ = self._measure(rounds, looked.evidence)
        settled = doubting.settle(last.scene, request, denied, measure, self.ontology)
        return Round(
            index=request.round,
            kind="verify",
            prompt="\n\n".join(reply.prompt for reply in looked.turns),
            reply="\n".join(reply.text for reply in looked.turns),
            scene=settled.scene,
            verdict=last.verdict if settled.scene == last.scene else self.check(settled.scene),
            usage=looked.usage,
            problems=looked.problems,
            asked=request.claims,
            answers=doubting.said(request, seen, denied),
            changed=settled.recounted,
            refused=settled.refused,
            withdrawn=settled.withdrawn,
            evidence=looked.evidence,
        )

    def ask(
        self, image: str | Path | Image, question: str, *, checked: bool = True, analysis: Analysis | None = None
    ) -> Answered:
        """Analyze the image, ask the question in the same dialogue, and ask again while something speaks against it.

        What the question asks is read from its words; an answer of another kind (what a sign says, why something is
        done) is returned as it is, `unchecked`. A disagreement that stays is a value: `consistent` is False.

        Args:
            checked: False asks the bare model alone; nothing is described or checked.
            analysis: of this image, where there is one already: several questions then share it.

        Raises:
            InputError: the image or the question cannot be used.
            KnowledgeError, ModelError: as `analyze` does.
            ReplyError: the first reply is no scene or no answer, not even after the format-only retries.
        """
        asked = read_question(question, self.ontology, self.settings.language.code)
        picture = _opened(image)
        if checked:
            said = answering.ask(
                picture,
                asked,
                self.analyze(picture) if analysis is None else analysis,
                self.model_info,
                self._speak,
                self.check,
                self.ontology,
                self.settings.correction,
            )
        else:
            said = answering.ask_unchecked(picture, asked, self.model_info, self._speak)
        if isinstance(said, Answered):
            return said
        raise self._unreadable("answer", said.failures)

    def perceive(self, image: str | Path | Image) -> Scene:
        """Return what the model sees at first sight, unchecked; raises as `analyze` does."""
        return self._look(_opened(image)).parsed[0]

    def check(self, scene: Scene) -> Verdict:
        """Return what the rules of these settings say of a scene."""
        return check(scene, self.rules, self.ontology)

    def violations(self, scene: Scene) -> tuple[Finding, ...]:
        """Return the violations alone, as `check` finds them, in half the time."""
        return prepare(scene, self.ontology, self.rules).findings(self.rules.grave)

    @cached_property
    def model(self) -> VisionLanguageModel:
        """The model, loaded when first asked for; ModelError where the settings ask for more than it has learnt."""
        model = self._model
        if model is None or isinstance(model, str):
            model = load_model(model or "", self.settings.perception)
        if self.settings.correction.marks and not getattr(model, "takes_marks", True):
            raise ModelError(f"{model.info.id} has not learnt to read a picture with numbered boxes", NO_MARKS)
        return model

    @cached_property
    def model_info(self) -> ModelInfo:
        """Which model it is; an object that does not say is known by the name of its class."""
        info = getattr(self.model, "info", None)
        return info if isinstance(info, ModelInfo) else ModelInfo(id=type(self.model).__name__)

    @cached_property
    def rules(self) -> Rules:
        """The shipped rules and those of the settings, less those switched off."""
        chosen = self.settings.checking
        return Rules.load(chosen.rules, chosen.off, chosen.severity, chosen.shipped)

    @cached_property
    def ontology(self) -> Ontology:
        """The shipped ontology."""
        return Ontology.default()

    def _look(self, image: Image) -> Exchange[tuple[Scene, tuple[str, ...]]]:
        def read(reply: Reply) -> tuple[Scene, tuple[str, ...]]:
            parsed = parse_scene(reply, image)
            return parsed.scene, tuple(parsed.problems)

        exchange = self.exchange(Request(image=image, kind="describe"), read)
        if isinstance(exchange, Unreadable):
            raise self._unreadable("scene", exchange.failures)
        return exchange

    def _unreadable(self, what: str, failures: tuple[Failure, ...]) -> ReplyError:
        tries = f"{len(failures)} tries" if len(failures) > 1 else "one try"
        first = f"{self.model_info.id} gave no readable {what} in {tries}"
        return ReplyError(failures[-1].reply, (first, *failures[-1].problems))

    def _speak(self, request: Request) -> Spoken:
        """Ask a question in one turn, format-only retries included."""
        ids = {entity.id for entity in request.entities}
        exchange = self.exchange(request, lambda reply: parse_answer(reply, ids))
        if isinstance(exchange, Unreadable):
            last = exchange.failures[-1]
            return Spoken(None, last.prompt, last.reply, exchange.usage, exchange.failures)
        return Spoken(exchange.parsed, exchange.reply.prompt, exchange.reply.text, exchange.usage, exchange.failures)

    def exchange(self, request: Request, parse: Callable[[Reply], T]) -> Exchange[T] | Unreadable:
        """Ask, and ask again for the form alone when a reply cannot be read; bounded by `format_retries`."""
        return exchange(self.model, request, parse, self.settings.perception.format_retries, self.hooks)

    def repair(self, scene: Scene, verdict: Verdict, chances: Chances = MappingProxyType({})) -> Repaired:
        """Return the scene after the cheapest edits that leave no violation, given what the rules say of it.

        Args:
            scene: what is mended.
            verdict: what the rules say of it.
            chances: of the statements that were looked at.
        """
        return repair(
            scene,
            self.check,
            self.ontology,
            verdict=verdict,
            violations_of=self.violations,
            reach=self.rules.grave.reach,
            chances=chances,
        )

    def _conclude(self, image: Image, rounds: tuple[Round, ...], stop: StopReason, parts: Parts) -> Analysis:
        """Keep a round, repair its scene where that is wanted, and put everything on record."""
        kept = parts.keep(rounds)
        if kept not in rounds:
            rounds = (*rounds, kept)
        chances = self._measure(rounds, ())[1]
        repaired = Repaired(kept.scene, kept.verdict, ())
        if parts.repair:
            repaired = self.repair(kept.scene, kept.verdict, chances)
        analysis = Analysis(
            image=image.info,
            model=self.model_info,
            settings=self.settings,
            rounds=rounds,
            kept_round=kept.index,
            scene=repaired.scene,
            verdict=repaired.verdict,
            edits=repaired.edits,
            repair_optimal=repaired.optimal if parts.repair else None,
            withdrawn=withdrawn(rounds, kept.index, repaired.edits),
            stop_reason=stop,
            consistent=repaired.verdict.consistent,
            usage=sum((turn.usage for turn in rounds), Usage()),
        )
        if self.hooks.finished:
            self.hooks.finished(analysis)
        return analysis


def any_answer(_rounds: Rounds, _request: Request, answers: Answers, _looked: Sequence[Evidence] = ()) -> Answers:
    """Take every answer, whatever comes of it."""
    return answers


def chances_of(evidence: Iterable[Evidence]) -> dict[str, float]:
    """Return the chance of each statement that was looked at."""
    return {one.statement: one.chance for one in evidence}


def _opened(image: str | Path | Image) -> Image:
    return image if isinstance(image, Image) else Image.open(image)
