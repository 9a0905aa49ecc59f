"""Pairs of answers + a model -> what it gives them, each pair asked in both orders."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import PIL.Image

from nesy.errors import InputError, ReplyError
from nesy.experiments.judging.answer_pairs import AnswerPair
from nesy.experiments.judging.judgements import ORDERS, Order, PairJudgement
from nesy.image import Image
from nesy.perception.review import parse_review
from nesy.pipeline import Pipeline
from nesy.turns import Request, VisionLanguageModel, info_of


def judge_pairs(
    pairs: Sequence[AnswerPair],
    pipeline: Pipeline,
    done: Iterable[PairJudgement] = (),
    concurrency: int = 1,
) -> Iterator[PairJudgement]:
    """Yield the judgements that are not there yet, in the order of the pairs, the reference first and then second.

    A reply without marks is asked for once more (`perception.format_retries`), and then kept as one without.

    Args:
        pairs: what is judged.
        pipeline: its model judges; of it nothing else is used.
        done: judgements that are there already; those of another judge are refused.
        concurrency: so many pairs are asked about at once, of a server.

    Raises:
        InputError: a picture cannot be read, a pair has neither picture nor context, or another judge did what is done.
        ModelError: the model cannot answer, or has not learnt to judge.
    """
    for pair in pairs:
        if pair.image is None and not pair.context.strip():
            raise InputError(f"{pair.place}: neither image nor context: there is nothing to judge the answers by")
        if pair.image is not None and not _is_there(pair.image):
            raise InputError(f"{pair.place}: {pair.image}: no such picture; --images names the folder of the pictures")
    there = set()
    for one in done:
        if one.judge != pipeline.model_info:
            raise InputError(f"what is there was judged by {one.judge.id}, not by {pipeline.model_info.id}")
        there.add((one.key, one.order))
    left = [(pair, [order for order in ORDERS if (pair.key, order) not in there]) for pair in pairs]
    waiting = {pair.key: (pair, orders) for pair, orders in left if orders}  # pairs that stand twice are asked once
    for found in pipeline.map(_of_one, waiting.values(), concurrency):
        yield from found


def _is_there(picture: Path) -> bool:
    try:
        return picture.is_file()
    except OSError:  # no file can have this name
        return False


def _of_one(pipeline: Pipeline, asked: tuple[AnswerPair, Sequence[Order]]) -> tuple[PairJudgement, ...]:
    pair, orders = asked
    picture = Image.from_pixels(PIL.Image.new("RGB", (8, 8))) if pair.image is None else Image.open(pair.image)
    return tuple(_judged(pipeline, pair, picture, order) for order in orders)


def _judged(pipeline: Pipeline, pair: AnswerPair, picture: Image, order: Order) -> PairJudgement:
    model: VisionLanguageModel = pipeline.model
    forwards = order == "reference first"
    shown = (pair.reference, pair.candidate) if forwards else (pair.candidate, pair.reference)
    request = Request(
        image=picture,
        kind="judge",
        question=pair.question,
        answers=shown,
        context=pair.context,
        text_only=pair.image is None,
    )
    told, problem = "", ""
    about = {"key": pair.key, "id": pair.id, "order": order, "judge": info_of(model)}
    for _ in range(1 + pipeline.settings.perception.format_retries):
        reply = model.reply(request.model_copy(update={"complaint": problem}))
        told = reply.text
        try:
            review = parse_review(reply)
        except ReplyError as error:
            problem = "; ".join(error.problems)
        else:
            marks = (review.first, review.second) if forwards else (review.second, review.first)
            return PairJudgement.model_validate({**about, "reference": marks[0], "candidate": marks[1], "reply": told})
    return PairJudgement.model_validate({**about, "reply": told, "problem": problem})
