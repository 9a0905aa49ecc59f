"""A model, what checks its claims, and settings -> requests sent and replies read; the first describes the image."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, Literal, TypeVar

from nesy.analysis import Failure, Located, Round
from nesy.errors import ModelError, ReplyError
from nesy.image import Image
from nesy.loop.description import NOTHING_SEEN, read_description, read_grounded, read_sentences
from nesy.loop.looks import calibration_of
from nesy.loop.run import Hooks
from nesy.loop.seeing import Seeing, told
from nesy.ontology import Ontology
from nesy.perception.locations import parse_locations
from nesy.perception.reply import ParsedScene, parse_scene
from nesy.perception.reply_format import MAX_ENTITIES
from nesy.scene import Scene
from nesy.settings import Settings
from nesy.turns import ModelInfo, Reply, Request, Usage, VisionLanguageModel, misfit_of
from nesy.verdict import Verdict

T = TypeVar("T")
Form = Literal["json", "prose", "grounded"]


@dataclass(frozen=True)
class Exchange(Generic[T]):
    """A reply that could be read, what was read, and the replies before it that could not."""

    reply: Reply
    parsed: T
    failures: tuple[Failure, ...]
    usage: Usage


@dataclass(frozen=True)
class Described(Exchange[ParsedScene]):
    """A description that could be read."""

    located: Located | None = None
    """The turn after it that asked where things are, if there was one; its cost is in `usage`."""


@dataclass(frozen=True)
class Unreadable:
    """Every reply to a request, none of which could be read."""

    failures: tuple[Failure, ...]
    usage: Usage

    def after(self, last: Round, request: Request) -> Round:
        """Return the round in which no reply could be read: its scene is that of the round before."""
        return Round(
            index=request.round,
            kind=request.kind,
            prompt=self.failures[-1].prompt,
            reply=self.failures[-1].reply,
            readable=False,
            scene=last.scene,
            verdict=last.verdict,
            usage=self.usage,
            temperature=request.temperature,
            seed=request.seed,
            problems=self.failures[-1].problems,
            failures=self.failures,
            notes=request.notes,
            asked=request.claims,
        )

    def error(self, model: ModelInfo, what: str) -> ReplyError:
        """Return the error for a reply that the caller cannot go on without; `what` it should have been."""
        tries = f"{len(self.failures)} tries" if len(self.failures) > 1 else "one try"
        first = f"{model.id} gave no readable {what} in {tries}"
        return ReplyError(self.failures[-1].reply, (first, *self.failures[-1].problems))


@dataclass(frozen=True)
class Dialogue:
    """Who is asked, what checks what is said, and how: all that the steps of a loop are given."""

    model: VisionLanguageModel
    info: ModelInfo
    check: Callable[[Scene], Verdict]
    words: Callable[[], Ontology]
    """Gives the ontology, which a reply needs and a request does not."""
    settings: Settings
    hooks: Hooks
    seeing: Seeing | None = None
    """What a witness sees of the picture; None: nobody looks."""

    @property
    def ontology(self) -> Ontology:
        """Whose words are read and checked."""
        return self.words()

    def witnessed(self, seeing: Seeing) -> "Dialogue":
        """Return the same about one picture that a witness looked at: its `check` tells what is seen otherwise."""
        settings = self.settings.correction
        calibration, _ = calibration_of(self.model, self.info, settings)

        def check(scene: Scene) -> Verdict:
            words = {} if calibration is None else calibration.beliefs(scene)
            return told(self.check(scene), seeing.findings(scene, settings.gate, words))

        return replace(self, seeing=seeing, check=check)

    def reweighed(self, scene: Scene, chances: Mapping[str, float]) -> Mapping[str, float]:
        """Return the chances of claims, by their ids, with what a witness sees of them, if one looks."""
        return chances if self.seeing is None else self.seeing.reweighed(scene, chances)

    def exchange(
        self, request: Request, read: Callable[[Reply], T], otherwise: Callable[[Reply], T] | None = None
    ) -> Exchange[T] | Unreadable:
        """Ask, and ask again for the form alone, `format_retries` times at most, while `read` raises ReplyError.

        Args:
            request: what is asked.
            read: reads a reply.
            otherwise: reads one of the replies in another way, the last first, when there are no more to come.

        Raises:
            ModelError: the model cannot answer.
        """
        failures: list[tuple[Reply, Failure]] = []
        usage = Usage()
        if self.hooks.round_started:
            self.hooks.round_started(request)
        no_more: ModelError | None = None
        for _ in range(1 + self.settings.perception.format_retries):
            complaint = "; ".join(failures[-1][1].problems[:3]) if failures else ""
            try:
                reply = self.model.reply(request.model_copy(update={"complaint": complaint}))
            except ModelError as error:
                if not failures or otherwise is None:
                    raise
                no_more = error
                break
            usage += reply.usage
            try:
                return Exchange(reply, read(reply), tuple(failed for _, failed in failures), usage)
            except ReplyError as error:
                failures.append((reply, Failure(prompt=reply.prompt, reply=reply.text, problems=error.problems)))
                if self.hooks.reply_rejected:
                    self.hooks.reply_rejected(request, failures[-1][1])
        for reply, rejected in reversed(failures if otherwise else []):
            with suppress(ReplyError):
                assert otherwise is not None
                others = tuple(failed for _, failed in failures if failed is not rejected)
                return Exchange(reply, otherwise(reply), others, usage)
        if no_more is not None:
            raise no_more
        return Unreadable(tuple(failed for _, failed in failures), usage)

    def perceive(self, image: Image) -> Described:
        """Return what the model sees at first sight, unchecked: described as the settings, or its profile, have it.

        Raises:
            ModelError: the model cannot answer.
            ReplyError: the reply is no description, not even after the format-only retries.
        """
        how = self._how()
        things = self.seeing.things() if how == "grounded" and self.seeing is not None else ()
        form: Form = "grounded" if things else "prose" if how in ("prose", "sentences") else "json"
        request = Request(image=image, kind="describe", form=form, entities=things)
        code = self.settings.language.code
        seen: Exchange[ParsedScene] | Unreadable
        if form == "prose":
            seen = self.exchange(request, lambda reply: read_description(reply, request, self.ontology, code))
        elif form == "grounded":
            seen = self.exchange(request, lambda reply: read_grounded(reply, request))
        else:  # boxes are worth another try; sentences are read when there is none
            seen = self.exchange(
                request,
                lambda reply: parse_scene(reply, image),
                lambda reply: read_sentences(reply, request, self.ontology, code),
            )
        if isinstance(seen, Unreadable):
            raise seen.error(self.info, "scene")
        if how == "grounded" and not things:
            seen = replace(seen, parsed=replace(seen.parsed, problems=(NOTHING_SEEN, *seen.parsed.problems)))
        return self._located(image, seen) if how == "sentences" else Described(**vars(seen))

    def _how(self) -> str:
        """Return how the image is described: as the settings have it, or in sentences where the model knows no JSON."""
        asked = self.settings.perception.describe
        return "sentences" if asked == "json" and getattr(self.model, "tells_sentences", False) else asked

    def _located(self, image: Image, seen: Exchange[ParsedScene]) -> Described:
        """Ask where the things are that a description in words named, where they have no boxes."""
        scene = seen.parsed.scene
        nowhere = tuple(entity for entity in scene.entities if entity.box is None)[:MAX_ENTITIES]
        if not nowhere or not getattr(self.model, "gives_boxes", True):
            return Described(**vars(seen))
        request = Request(image=image, kind="locate", entities=nowhere, said=seen.reply.text)
        found = self.exchange(request, lambda reply: parse_locations(reply, nowhere, image))
        if isinstance(found, Unreadable):
            last = found.failures[-1]
            located = Located(prompt=last.prompt, reply=last.reply, problems=last.problems)
            problems = (*seen.parsed.problems, "no boxes: the reply to where things are could not be read")
        else:
            scene = scene.model_copy(update={"entities": tuple(map(found.parsed.place, scene.entities))})
            located = Located(prompt=found.reply.prompt, reply=found.reply.text, problems=found.parsed.problems)
            problems = (*seen.parsed.problems, *found.parsed.problems)
        return Described(
            reply=seen.reply,
            parsed=ParsedScene(scene, problems),
            failures=(*seen.failures, *found.failures),
            usage=seen.usage + found.usage,
            located=located,
        )

    def describe(self, image: Image) -> Round:
        """Return round 0: the image described and checked; raises as `perceive` does.

        Where the model cannot read such a picture, that is on record as a problem, and nothing is concluded.
        """
        seen = self.perceive(image)
        misfit = misfit_of(self.model, image)
        described = Round(
            index=0,
            kind="describe",
            prompt=seen.reply.prompt,
            reply=seen.reply.text,
            scene=seen.parsed.scene,
            verdict=self.check(seen.parsed.scene).doubted(misfit),
            usage=seen.usage,
            problems=(*((misfit,) if misfit else ()), *seen.parsed.problems),
            failures=seen.failures,
            located=seen.located,
        )
        if self.hooks.round_finished:
            self.hooks.round_finished(described)
        return described
