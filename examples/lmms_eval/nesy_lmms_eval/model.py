"""A request of lmms-eval -> nesy's answer: a question's checked answer, a description, or the bare model's words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import PIL.Image
from lmms_eval.api.instance import GenerationResult, Instance, TokenCounts
from lmms_eval.api.model import lmms
from loguru import logger

from nesy import Analysis, Image, InputError, Pipeline, ReplyError, Settings
from nesy.server.assistant import Said, said_to
from nesy.settings.layers import layered


class Nesy(lmms):
    """nesy, as `--model nesy --model_args model=embedded,rounds=2`.

    Args:
        model: as `nesy analyze --model` takes it.
        checked: False asks the bare model alone, for comparison.
        rounds: further looks, at the scene and at the answer.
        witness: who looks beside the model.
        config: a TOML file with settings.
        device: where a model of this machine computes.
    """

    is_simple = True

    def __init__(
        self,
        model: str | None = None,
        checked: bool = True,
        rounds: int | None = None,
        witness: str | None = None,
        config: str | None = None,
        device: str | None = None,
        **unknown: Any,
    ) -> None:
        super().__init__()
        if unknown := {name for name, value in unknown.items() if value is not None} - {"batch_size", "max_batch_size"}:
            raise InputError(f"nesy in lmms-eval: unknown model_args: {', '.join(sorted(unknown))}")
        given = {"correction.rounds": rounds, "witness": witness, "perception.device": device}
        self._pipeline = Pipeline(model, layered(Settings, Path(config) if config else None, (), given))
        self._checked = checked
        self._last: tuple[str, Analysis] | None = None

    def generate_until(self, requests: Sequence[Instance]) -> list[GenerationResult]:
        """Answer every request; one that cannot be answered is told as such, and the others go on."""
        return [self._answered(request) for request in requests]

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        """Raise: an answer that was checked is not that of one reply, so it has no likelihood."""
        raise NotImplementedError("nesy gives answers, no likelihoods; choose tasks of output_type generate_until")

    def generate_until_multi_round(self, requests: Sequence[Instance]) -> list[str]:
        """Raise: every answer is about pictures alone, not about an earlier turn."""
        raise NotImplementedError("nesy has no dialogue of several rounds in lmms-eval")

    def _answered(self, request: Instance) -> GenerationResult:
        text, chosen, pictures_of, number, task, split = request.args
        visuals = pictures_of(self.task_dict[task][split][number])
        try:
            said = self._said([_picture(one) for one in visuals], text)
        except (InputError, ReplyError) as error:
            logger.error(f"nesy: {task} {number}: {error}")
            return GenerationResult(text=f"[LMMS_EVAL_REQUEST_FAILED] {error}")
        counts = TokenCounts(input_tokens=said.usage.prompt_tokens, output_tokens=said.usage.new_tokens)
        return GenerationResult(text=_until(said.text, chosen.get("until")), token_counts=counts)

    def _said(self, images: list[Image], text: str) -> Said:
        """Say what is asked; a picture that is asked about again is not described again."""
        if not self._checked:
            return said_to(self._pipeline, images, text, "other")
        alone = images[0] if len(images) == 1 else None
        known = self._last[1] if alone and self._last and self._last[0] == alone.sha256 else None
        said = said_to(self._pipeline, images, text, analysis=known)
        if alone and said.analyses:
            self._last = alone.sha256, said.analyses[0]
        return said


def _picture(visual: object) -> Image:
    if isinstance(visual, PIL.Image.Image):
        return Image.from_pixels(visual)
    if isinstance(visual, (str, Path)):
        return Image.open(visual)
    raise InputError(f"a picture is expected, got {type(visual).__name__}")


def _until(text: str, ends: object) -> str:
    """Return a text up to the first of the strings that end it."""
    for end in [ends] if isinstance(ends, str) else ends or ():
        if end:
            text = text.partition(end)[0]
    return text
