"""Statements of which it is known what is true, from published texts."""

from itertools import islice
from pathlib import Path

import pytest

from nesy.errors import InputError
from nesy.experiments.datasets import data_folder
from nesy.experiments.faithfulness.labelled_statements import SOURCES, Statement, contents
from nesy.experiments.faithfulness.objections import own, tally
from nesy.scene import Scene
from nesy.verdict import Judgement


def statement(truth: bool) -> Statement:
    said = {
        "entities": [{"id": "c", "category": "cat", "attributes": ["black"]}, {"id": "d", "category": "dog"}],
        "relations": [{"subject": "c", "predicate": "near", "object": "d"}],
    }
    there = {"entities": [{"id": "x", "category": "dog"}]}
    evidence = (Scene.model_validate(there),)
    return Statement("1", Scene.model_validate(said), evidence, frozenset({"cat"}), lambda _: truth)


def test_what_hangs_on_an_absent_thing_counts_with_it() -> None:
    assert [(j.claim, j.objection) for j, _ in own(statement(False))] == [("c", "absent_class"), ("d", None)]
    first, second = tally([statement(False), statement(True)])
    found = {**first, **second}["absent_class"]
    assert (found.right, found.false, found.false_claims, found.true_claims) == (1, 1, 2, 2)


def test_claims_are_compared_by_what_they_say() -> None:
    scenes = [
        Scene.model_validate({"entities": [{"id": name, "category": word, "attributes": ["red"]}]})
        for name, word in (("a", "cars"), ("b", "car"))
    ]
    said = [
        contents(scene)(Judgement(claim=name, attribute="red", says="", status="unknown", reason=""))
        for scene, name in zip(scenes, "ab", strict=True)
    ]
    assert said[0] == said[1]


def test_photographs_say_one_thing_rightly_and_one_wrongly() -> None:
    try:
        folder = data_folder()
    except InputError as error:
        pytest.skip(str(error))
    right, wrong = islice(SOURCES["photographs"](folder), 2)
    assert all(true for _, true in own(right))
    assert not all(true for _, true in own(wrong))


def test_a_missing_folder_is_an_input_error(tmp_path: Path) -> None:
    for name, statements in SOURCES.items():
        with pytest.raises(InputError):
            list(statements(tmp_path))
        assert name
