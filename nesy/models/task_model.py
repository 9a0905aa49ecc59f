"""Request -> Reply by a model that is asked in tasks of its own, not in words: PaliGemma, Florence-2.

It describes in a sentence or a few, finds things by their names, and PaliGemma answers questions. What it finds is
written as the JSON that other models are asked for; `Reply.prompt` holds the tasks as they went out.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from nesy.assets.weights import inspect, weights_sha256
from nesy.errors import ModelError, first_line
from nesy.geometry import Box, BoxForm
from nesy.image import Image
from nesy.models.loader import Loaded, load
from nesy.models.local_family import ANY, MODELS
from nesy.perception.profile import Profile, profile_of, read_profile
from nesy.perception.reply_format import write_answer, write_locations, write_patch
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.turns import ModelInfo, Reply, Request, Token, Usage

_LOCATED = re.compile(r"((?:<loc\d{4}>){4})\s*([^;<]+)")
_NUMBER = re.compile(r"\d{4}")
_BINS, _BIN = re.compile(r"(?:<loc_\d{1,3}>){4}"), re.compile(r"\d+")
_OPEN = "<OPEN_VOCABULARY_DETECTION>"
_CAPTIONS: Mapping[str, str] = {"paligemma": "caption en", "florence": "<MORE_DETAILED_CAPTION>"}
_TURNS: Mapping[str, tuple[str, ...]] = {
    "paligemma": ("describe", "locate", "correct", "ask", "verify"),
    "florence": ("describe", "locate", "correct"),
}


class TaskModel:
    """PaliGemma or Florence-2; boxes are those that it finds for the names in its own description."""

    takes_templates = False
    takes_marks = False
    most_pictures = 1
    takes_prose = True
    tells_sentences = True
    """It knows no JSON, so it is asked for sentences, and then where the things are."""

    def __init__(self, loaded: Loaded, info: ModelInfo, profile: Profile, most_tokens: int | None = None) -> None:
        """Make a loaded model answer.

        Args:
            loaded: what `loader.load` gives.
            info: id and revision; the digest of the weights is added when it is first asked for.
            profile: of its family; `task` says which tasks it knows.
            most_tokens: bound of a reply; the default of PerceptionSettings when None.
        """
        self._loaded, self._info, self._profile = loaded, info, profile
        self.engine, self.dtype = "transformers", str(loaded.model.dtype).removeprefix("torch.")
        self._most = most_tokens or PerceptionSettings().max_new_tokens
        self.turns = _TURNS[profile.task]

    @cached_property
    def info(self) -> ModelInfo:
        """The model's id, revision and the sha256 of its weights (read once, when first asked for)."""
        if not self._loaded.weights:
            return self._info
        return self._info.model_copy(update={"weights_sha256": weights_sha256(self._loaded.weights)})

    def reply(self, request: Request) -> Reply:
        """Answer a request by tasks.

        A claim that is asked about is kept where the model cannot tell: Florence-2 answers no questions.

        Raises:
            ModelError: it knows no such task, memory runs out, or it breaks down.
        """
        if request.kind not in self.turns:
            known = ", ".join(self.turns)
            raise ModelError(f"{self._info.id} can {known}, not {request.kind}", "name another model with --model")
        started = time.perf_counter()
        session = _Session(self._loaded, self._profile, request.image, self._most)
        try:
            text = self._answer(session, request)
        except torch.OutOfMemoryError:
            raise ModelError(
                f"the GPU ran out of memory on {request.image.name}", "use a smaller model or --quantize 8bit"
            ) from None
        except (ValueError, RuntimeError, IndexError, TypeError) as error:
            raise ModelError(f"{self._info.id} broke down on {request.image.name} ({first_line(error)})") from error
        told = request.kind == "describe"
        return Reply(
            text=text,
            prompt="\n".join(session.tasks),
            tokens=session.tokens if told and "".join(token.text for token in session.tokens) == text else (),
            usage=Usage(
                calls=len(session.tasks),
                prompt_tokens=session.prompt_tokens,
                new_tokens=session.new_tokens,
                seconds=time.perf_counter() - started,
            ),
        )

    def _answer(self, session: "_Session", request: Request) -> str:
        match request.kind:
            case "describe":
                return session.run(_CAPTIONS[self._profile.task])
            case "locate":
                return write_locations(_placed(request.entities, session.found))
            case "verify":
                said = session.is_true(request.question)
                return "" if said is None else "yes" if said != request.negated else "no"
            case "ask":
                return write_answer(session.run(f"answer en {request.question}").strip())
            case _:
                answers = {claim.number: session.is_true(claim.text) for claim in request.claims}
                return write_patch({n: "withdraw" if said is False else "keep" for n, said in answers.items()})


class _Session:
    """The tasks of one turn about one picture, and what they cost."""

    def __init__(self, loaded: Loaded, profile: Profile, image: Image, most: int) -> None:
        self._loaded, self._profile, self._image, self._most = loaded, profile, image, most
        self.tasks: list[str] = []
        self.tokens: tuple[Token, ...] = ()
        self.prompt_tokens = self.new_tokens = 0

    @torch.inference_mode()
    def run(self, task: str) -> str:
        """Return the text that a task gives, location tokens included."""
        self.tasks.append(task)
        model, processor = self._loaded.model, self._loaded.processor
        text = f"{processor.image_token}{task}" if self._profile.task == "paligemma" else task
        inputs = processor(text=text, images=self._image.pixels, return_tensors="pt")
        inputs = {
            name: value.to(model.device, model.dtype if value.is_floating_point() else value.dtype)
            for name, value in inputs.items()
        }
        made = model.generate(
            **inputs,
            max_new_tokens=self._most,
            do_sample=False,
            output_logits=True,
            return_dict_in_generate=True,
        )
        written = made.sequences[0]
        ids = written[len(written) - len(made.logits) :].tolist()
        chances = [float(step[0].float().softmax(-1)[number]) for step, number in zip(made.logits, ids, strict=True)]
        self.prompt_tokens += int(inputs["input_ids"].shape[1])
        self.new_tokens += len(ids)
        return self._told(ids, chances)

    def _told(self, ids: Sequence[int], chances: Sequence[float]) -> str:
        words = self._loaded.tokenizer
        hidden = set(words.all_special_ids) - _location_ids(words)
        kept = [(number, chance) for number, chance in zip(ids, chances, strict=True) if number not in hidden]
        whole = [words.decode([number for number, _ in kept[: place + 1]]) for place in range(len(kept))]
        pieces = [text[len(before) :] for before, text in zip(["", *whole], whole, strict=False)]
        self.tokens = tuple(
            Token(text=piece, probability=chance) for piece, (_, chance) in zip(pieces, kept, strict=True)
        )
        return whole[-1] if whole else ""

    def is_true(self, statement: str) -> bool | None:
        """Return whether the model says that a statement in words of a scene is true; None: it does not tell."""
        if self._profile.task != "paligemma":
            return None
        plain = re.sub(r"_\d+\b", "", statement).replace("_", " ")
        said = re.match(r"\W*(yes|no)\b", self.run(f"answer en is it true that {plain}?"), re.IGNORECASE)
        return None if said is None else said[1].lower() == "yes"

    def found(self, names: Sequence[str]) -> Mapping[str, list[Box]]:
        """Return name -> boxes of the things of that name, from left to right."""
        form = self._profile.form(*self._image.size_px)
        assert form is not None, "families with tasks of their own find things"
        find = self._detected if self._profile.task == "paligemma" else self._grounded
        return {name: sorted(boxes) for name, boxes in find(names, form).items()}

    def _detected(self, names: Sequence[str], form: BoxForm) -> Mapping[str, list[Box]]:
        found: dict[str, list[Box]] = {name: [] for name in names}
        for places, label in _LOCATED.findall(self.run(f"detect {' ; '.join(names)}")):
            numbers = [float(number) for number in _NUMBER.findall(places)]
            if label.strip() in found and form.fits(numbers):
                found[label.strip()].append(form.box(numbers))
        return found

    def _grounded(self, names: Sequence[str], form: BoxForm) -> Mapping[str, list[Box]]:
        """Ask for one name at a time, as Florence-2 takes them."""
        found: dict[str, list[Box]] = {}
        for name in names:
            four = [[float(n) for n in _BIN.findall(places)] for places in _BINS.findall(self.run(f"{_OPEN}{name}"))]
            found[name] = [form.box(numbers) for numbers in four if form.fits(numbers)]
        return found


def _placed(
    entities: Sequence[Entity], find: Callable[[Sequence[str]], Mapping[str, list[Box]]]
) -> Mapping[str, Box | None]:
    """Return entity -> box: those of one name in the order of their boxes, from left to right."""
    name_of = {entity.id: entity.category.replace("_", " ") for entity in entities}
    found = {name: list(boxes) for name, boxes in find(tuple(dict.fromkeys(name_of.values()))).items()}
    return {entity: found[name].pop(0) if found.get(name) else None for entity, name in name_of.items()}


def _location_ids(words: Any) -> set[int]:
    return {number for token, number in words.get_vocab().items() if token.startswith("<loc")}


def load_tasks(folder: Path, settings: PerceptionSettings, model_id: str = "", revision: str = "") -> TaskModel:
    """Load the folder of a model that is asked in tasks of its own.

    Raises:
        InputError: no such folder, no model of a known family in it, or no such profile.
        ModelError: its weights cannot be used.
    """
    own = None if settings.profile is None else read_profile(settings.profile)
    files = inspect(folder, MODELS if own is None else ANY)
    profile = own or profile_of(files.model_type)
    info = ModelInfo(id=model_id or folder.name, revision=revision or None, profile=profile.name)
    return TaskModel(load(files, settings), info, profile, settings.max_new_tokens)
