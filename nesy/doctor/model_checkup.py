"""A model -> how it behaves here: what it can be asked, how it writes boxes, how fast it is; one table to pass on.

It is shown two pictures in which it is known where things are: a drawing, and a photograph that comes with the package.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import PIL.Image

from nesy import assets
from nesy.doctor.box_conventions import Shown, frame, numbers_in, told
from nesy.doctor.machine import Checkup, Status
from nesy.errors import ModelError, NesyError, ReplyError
from nesy.geometry import Box, iou
from nesy.image import Image
from nesy.models.calibrated import calibrated
from nesy.models.registry import load_model
from nesy.perception.profile import profiles
from nesy.perception.reply import parse_answer, parse_patch, parse_scene, parse_verified
from nesy.scene import Entity, Scene, term
from nesy.settings import PerceptionSettings, Settings
from nesy.synthetic import draw
from nesy.turns import NumberedClaim, Reply, Request, VisionLanguageModel, info_of, misfit_of, most_frames

_SEED = 2026
_WHERE = "Where is the {name} in this image? Answer with its bounding box, as you were taught to write one."
_SURE = 0.999
_PHOTOGRAPH = {"cup": (0.24, 0.02, 0.71, 0.99), "spoon": (0.53, 0.16, 0.72, 0.83)}
"""Where things are in the photograph, measured by hand."""


@dataclass(frozen=True)
class Picture:
    """A picture in which it is known where things are."""

    name: str
    image: Image
    boxes: Mapping[str, Box]
    """Category -> the box of the one thing of it."""


@dataclass(frozen=True)
class Tried:
    """A turn that was tried."""

    kind: str
    reply: Reply | None
    """None: the model could not answer."""
    problem: str = ""
    """Why it could not be used; empty where it could."""


def examine_model(spec: str | VisionLanguageModel, settings: PerceptionSettings | None = None) -> tuple[Checkup, ...]:
    """Load a model, show it two pictures, and tell how it behaves.

    Args:
        spec: as `--model` takes it, or a model.
        settings: where and how it is loaded.

    Raises:
        InputError: there is no such model, folder or file.
        ModelError: it cannot be loaded.
    """
    model = load_model(spec, settings) if isinstance(spec, str) else spec
    info, pictures = info_of(model), (drawn(), photograph())
    readable = [one for one in pictures if not misfit_of(model, one.image)]
    tried = [turn for picture in readable for turn in _turns(model, picture)]
    scenes = [turn for turn in tried if turn.kind == "describe"]
    free = _free(model, readable)
    kept = "what the server keeps, or nothing" if getattr(model, "takes_threads", False) else "nothing"
    return (
        Checkup("model", "ok", f"{info.id}{f' at {info.revision}' if info.revision else ''}"),
        Checkup("profile", "ok", _profile(info.profile)),
        _shown(pictures, readable),
        Checkup("clips", "ok", _clips(model)),
        _parsed(tried),
        *(_turn(kind, [turn for turn in tried if turn.kind == kind]) for kind in dict.fromkeys(t.kind for t in tried)),
        _as_declared(readable, scenes),
        Checkup("boxes, asked freely", "ok" if free else "absent", told(free) if free else "not asked"),
        Checkup("frame of boxes", "ok" if free else "absent", frame(free) if free else "not asked"),
        Checkup("a later turn keeps", "ok", getattr(model, "keeps", kept)),
        _logprobs(tried),
        _calibration(model, settings or PerceptionSettings()),
        _speed(model, readable),
    )


def drawn() -> Picture:
    """Return a drawing beside which there is much wall, so that a padded square is not the picture."""
    drawing = draw(_SEED, 0)
    width, height = drawing.image.size
    wide = PIL.Image.new("RGB", (2 * width, height), drawing.image.getpixel((0, 0)))
    wide.paste(drawing.image, (0, 0))
    boxes = {
        entity.category: (entity.box[0] / 2, entity.box[1], entity.box[2] / 2, entity.box[3])
        for entity in drawing.scene.entities
        if entity.box is not None and [e.category for e in drawing.scene.entities].count(entity.category) == 1
    }
    return Picture("drawing", Image.from_pixels(wide, name="drawing.png"), boxes)


def photograph() -> Picture:
    """Return the photograph that comes with the package."""
    return Picture("photograph", Image.open(assets.checkup_photograph()), _PHOTOGRAPH)


def _turns(model: VisionLanguageModel, picture: Picture) -> Iterator[Tried]:
    """Yield a turn of every kind, as the loop takes it."""
    image = picture.image
    things = tuple(Entity(id=f"{term(name)}_1", category=name, box=box) for name, box in picture.boxes.items())[:2]
    statement = f"{things[0].id} next to {things[-1].id}"
    claims = (NumberedClaim(number=1, claim="r1", text=statement, answers=("keep", "withdraw")),)
    asked: Sequence[tuple[Request, Callable[[Reply], Any]]] = (
        (Request(image=image, kind="describe"), lambda reply: parse_scene(reply, image)),
        (
            Request(image=image, kind="correct", round=1, notes=("Look again.",), entities=things, claims=claims),
            lambda reply: parse_patch(reply, claims),
        ),
        (Request(image=image, kind="verify", entities=things, question=statement), parse_verified),
        (
            Request(image=image, kind="ask", entities=things, question=f"Where is the {things[0].category}?"),
            lambda reply: parse_answer(reply, {thing.id for thing in things}),
        ),
    )
    for request, read in asked:
        yield _try(model, request, read)


def _try(model: VisionLanguageModel, request: Request, read: Callable[[Reply], Any]) -> Tried:
    try:
        reply = model.reply(request)
    except ModelError as error:
        return Tried(request.kind, None, str(error))
    try:
        read(reply)
    except ReplyError as error:
        return Tried(request.kind, reply, str(error))
    return Tried(request.kind, reply)


def _free(model: VisionLanguageModel, pictures: Sequence[Picture]) -> list[Shown]:
    """Return the boxes that the model writes where no form is asked for and no grammar holds it."""
    if not getattr(model, "takes_prose", True) or getattr(model, "tells_sentences", False):
        return []
    found = []
    for picture in pictures:
        for name, box in picture.boxes.items():
            where = _WHERE.format(name=name)
            try:
                reply = model.reply(Request(image=picture.image, kind="describe", form="prose", template=where))
            except NesyError:
                return []
            numbers = numbers_in(reply.text)
            if numbers is not None:
                found.append(Shown(numbers, box, picture.image.size_px, reply.boxes))
    return found


def _profile(name: str | None) -> str:
    if name is None:
        return "its own turns"
    shipped = profiles().get(name)
    return name if shipped is None else f"{name}: {shipped.about}"


def _shown(pictures: Sequence[Picture], readable: Sequence[Picture]) -> Checkup:
    left = [one.name for one in pictures if one not in readable]
    kept = ", ".join(f"{one.name} ({one.image.size_px[0]} x {one.image.size_px[1]})" for one in readable)
    return Checkup("pictures", "ok", kept + (f"; it cannot read the {' and the '.join(left)}" if left else ""))


def _clips(model: VisionLanguageModel) -> str:
    most = most_frames(model)
    if most < 2:
        return "frame by frame: it takes one picture a turn"
    return f"{most} frames a turn, {'as video' if getattr(model, 'takes_video', False) else 'as so many pictures'}"


def _parsed(tried: Sequence[Tried]) -> Checkup:
    right = sum(not turn.problem for turn in tried)
    status: Status = "ok" if right == len(tried) else "absent"
    return Checkup("replies that could be read", status, f"{right} of {len(tried)}")


def _turn(kind: str, tried: Sequence[Tried]) -> Checkup:
    wrong = next((turn.problem for turn in tried if turn.problem), "")
    read = sum(not turn.problem for turn in tried)
    found = f"{read} of {len(tried)} read" + (f"; {' '.join(wrong.split())[:160]}" if wrong else "")
    return Checkup(f"turn: {kind}", "absent" if wrong else "ok", found)


def _as_declared(pictures: Sequence[Picture], scenes: Sequence[Tried]) -> Checkup:
    """Tell how well boxes fit that were asked for and read as the profile declares."""
    fits = []
    for picture, turn in zip(pictures, scenes, strict=True):
        if turn.reply is not None and not turn.problem:
            fits += _fits(parse_scene(turn.reply, picture.image).scene, picture.boxes)
    if not fits:
        return Checkup("boxes, as declared", "absent", "no box of a thing that is in the pictures")
    return Checkup("boxes, as declared", "ok", f"{len(fits)} boxes, mean IoU {mean(fits):.2f}")


def _fits(scene: Scene, truth: Mapping[str, Box]) -> list[float]:
    best: dict[str, float] = {}
    for entity in scene.entities:
        name = term(entity.category).replace("_", " ")
        if entity.box is not None and name in truth:
            best[name] = max(best.get(name, 0.0), iou(entity.box, truth[name]))
    return list(best.values())


def _logprobs(tried: Sequence[Tried]) -> Checkup:
    """Tell whether probabilities are those under the grammar: there the brace that begins a patch is certain."""
    patches = [turn.reply for turn in tried if turn.kind == "correct" and turn.reply is not None and turn.reply.tokens]
    known = [sure for reply in patches if (sure := reply.tokens[0].probability) is not None]
    if not known:
        return Checkup("probabilities", "absent", "the model gives none")
    if all(one >= _SURE for one in known):
        return Checkup("probabilities", "ok", "after the grammar: what it forces has a probability of 1")
    return Checkup("probabilities", "ok", f"before the grammar: what it forces has one of {min(known):.2f}")


def _calibration(model: VisionLanguageModel, settings: PerceptionSettings) -> Checkup:
    """Tell which calibration `nesy analyze` weighs its words and looks with."""
    asked = Settings(perception=settings)
    found = getattr(calibrated(model, asked), "calibration", None)
    if found is None:
        return Checkup("calibration", "absent", "none: nothing is doubted", "nesy calibrate DIR --model M")
    whose = "the model's own" if found.key is None else "of nesy calibrate"
    beside = "" if found.witness is None else f", {', '.join(found.witness.names)} counts {found.witness.share:.2f}"
    looks = f"looks AUROC {found.auroc:.2f} of {found.statements} statements"
    refused = found.refused(info_of(model))
    told_ = f"{whose}; {looks}, words of {len(found.own)} kinds{beside}" + (f"; {refused}" if refused else "")
    return Checkup("calibration", "absent" if refused else "ok", told_)


def _speed(model: VisionLanguageModel, pictures: Sequence[Picture]) -> Checkup:
    """Time the first token of an image, that of a later turn, and how fast tokens follow."""
    if not pictures:
        return Checkup("speed", "absent", "no picture that it can read")
    image = pictures[-1].image
    thing = Entity(id="cup_1", category="cup")
    if callable(forget := getattr(model, "forget", None)):
        forget()
    look = Request(image=image, kind="verify", entities=(thing,), question="cup_1 is red")
    try:
        first, later = model.reply(look), model.reply(look.model_copy(update={"question": "cup_1 is blue"}))
        whole = model.reply(Request(image=image, kind="describe"))
    except ModelError as error:
        return Checkup("speed", "absent", " ".join(str(error).split())[:160])
    rest = max(whole.usage.seconds - later.usage.seconds, 1e-9)
    rate = (whole.usage.new_tokens - 1) / rest if whole.usage.new_tokens > 1 else 0.0
    usage = later.usage
    kept = f", {usage.cached_tokens} of {usage.prompt_tokens} tokens kept" if usage.cached_tokens else ""
    told_ = f"first token {first.usage.seconds:.2f} s, of a later turn {usage.seconds:.3f} s{kept}; {rate:.0f} tokens/s"
    return Checkup("speed", "ok", told_)
