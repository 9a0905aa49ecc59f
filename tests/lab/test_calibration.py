"""Platt's fit, AUROC and calibration error against their definitions; what is refused as a weight."""

import json
import math
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.calibration_fit import Look, fitted, looks, platt
from lab.logistic import auroc, calibration_error
from lab.word_calibration import describe, fit_own, fit_together
from nesy.errors import InputError
from nesy.experiments.arms.perceiver import Perceiver, Rates, calibrated
from nesy.experiments.statistics.logistic_regression import regression
from nesy.ontology import Ontology
from nesy.perception.calibration import LEAST_AUROC, Calibration, log_odds, read_calibration
from nesy.pipeline import Pipeline
from nesy.synthetic import draw
from nesy.turns import ModelInfo, Reply, Request, Token

INFO = ModelInfo(id="some", revision="3", weights_sha256="a" * 64)
shares = st.floats(0, 1)
examples = st.lists(st.tuples(shares.map(lambda s: round(s, 1)) | shares, st.booleans()), min_size=1, max_size=40)


def calibration(**more: object) -> Calibration:
    return Calibration.model_validate({"model": INFO, "a": -1.0, "b": 0.0, "auroc": 0.9, "statements": 100, **more})


@given(st.floats(-20, -0.01), st.floats(-20, 20), st.lists(shares, min_size=2, max_size=10))
def test_a_likelier_yes_is_never_a_smaller_chance(a: float, b: float, given_: list[float]) -> None:
    chances = [calibration(a=a, b=b).chance(share) for share in sorted(given_)]
    assert all(0.0 <= chance <= 1.0 for chance in chances)
    assert all(lower <= higher + 1e-12 for lower, higher in pairwise(chances))


def test_what_is_well_calibrated_stays_as_it_is() -> None:
    assert [calibration().chance(p) for p in (0.1, 0.5, 0.9)] == pytest.approx([0.1, 0.5, 0.9])
    assert [log_odds(0.0), log_odds(1.0)] == pytest.approx([-9.21, 9.21], abs=0.01)


@given(examples)
def test_auroc_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    above = [s for s, true in rows if true]
    below = [s for s, true in rows if not true]
    pairs = [(a > b) + (a == b) / 2 for a in above for b in below]
    expected = sum(pairs) / len(pairs) if pairs else 0.5
    assert auroc([s for s, _ in rows], [t for _, t in rows]) == pytest.approx(expected, abs=1e-12)


@given(examples, st.integers(1, 15))
def test_calibration_error_is_that_of_its_definition(rows: list[tuple[float, bool]], bins: int) -> None:
    expected = 0.0
    for k in range(bins):
        inside = [(s, t) for s, t in rows if min(int(s * bins), bins - 1) == k]
        if inside:
            sure = sum(s for s, _ in inside) / len(inside)
            right = sum(t for _, t in inside) / len(inside)
            expected += len(inside) / len(rows) * abs(sure - right)
    found = calibration_error([s for s, _ in rows], [t for _, t in rows], bins)
    assert found == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(st.floats(-9, 9), st.booleans()), min_size=2, max_size=40))
def test_no_other_parameters_fit_better(rows: list[tuple[float, bool]]) -> None:
    yes = sum(true for _, true in rows)
    no = len(rows) - yes
    if not yes or not no:
        with pytest.raises(ValueError, match="true and false"):
            platt([z for z, _ in rows], [t for _, t in rows])
        return
    a, b = platt([z for z, _ in rows], [t for _, t in rows])

    def loss(a: float, b: float) -> float:
        total = 0.0
        for z, true in rows:
            target = (yes + 1) / (yes + 2) if true else 1 / (no + 2)
            exponent = a * z + b
            total += target * np.logaddexp(0, exponent) + (1 - target) * np.logaddexp(0, -exponent)
        return total

    least = loss(a, b)
    assert math.isfinite(a) and math.isfinite(b)
    for da, db in ((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1), (0.1, 0.1), (-0.1, -0.1)):
        assert loss(a + da, b + db) >= least - 1e-6


def test_the_fit_is_that_of_scikit_learn_on_weighted_examples() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(5)
    rows = rng.normal(size=(600, 3)) * [5, 1, 3]
    true = rng.random(600) < 1 / (1 + np.exp(-(0.3 + rows @ [0.5, 0.2, -0.3])))
    yes, no = int(true.sum()), int((~true).sum())
    target = np.where(true, (yes + 1) / (yes + 2), 1 / (no + 2))
    twice = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(
        np.vstack([rows, rows]), np.repeat([1, 0], 600), sample_weight=np.concatenate([target, 1 - target])
    )
    expected = (*twice.intercept_, *twice.coef_[0])
    assert regression(rows.tolist(), true.tolist()) == pytest.approx(expected, abs=1e-9)


def test_the_fit_finds_the_parameters_that_made_the_data() -> None:
    rng = Random(3)
    rows = [(z, rng.random() < 1 / (1 + math.exp(-0.5 * z + 0.3))) for z in (rng.gauss(0, 4) for _ in range(20_000))]
    a, b = platt([z for z, _ in rows], [t for _, t in rows])
    assert (a, b) == pytest.approx((-0.5, 0.3), abs=0.05)


def test_separable_examples_give_no_certainty() -> None:
    a, b = platt([-1.0, -1.0, 1.0, 1.0], [False, False, True, True])
    assert calibration(a=a, b=b).chance(1 / (1 + math.exp(-1.0))) == pytest.approx(0.75, abs=1e-3)  # (2 + 1) / (2 + 2)


def test_what_tells_too_little_or_is_of_other_weights_is_no_weight(tmp_path: Path) -> None:
    assert calibration().refused(INFO) == ""
    assert "AUROC 0.59" in calibration(auroc=0.59).refused(INFO)
    assert calibration(auroc=LEAST_AUROC).refused(INFO) == ""
    assert "too little" in calibration(a=0.4).refused(INFO)
    assert "other weights" in calibration().refused(INFO.model_copy(update={"weights_sha256": "b" * 64}))
    renamed = INFO.model_copy(update={"id": "same weights, another name"})
    assert calibration().refused(renamed) == ""
    unhashed = ModelInfo(id="some", revision="3")
    assert "other weights" in calibration().refused(unhashed)
    path = tmp_path / "calibration.json"
    path.write_text(calibration().model_dump_json(by_alias=True))
    assert read_calibration(path) == calibration()
    path.write_text('{"a": "x"}')
    with pytest.raises(InputError, match=r"calibration\.json: model"):
        read_calibration(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_calibration(tmp_path / "none.json")


class Half:
    """Says yes to whatever it is asked, more surely to every third statement's `true?`."""

    info = INFO

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def reply(self, request: Request) -> Reply:
        self.seen.append(request)
        sure = 0.9 if len(self.seen) % 3 == 0 else 0.6
        return Reply(text="yes" if len(self.seen) % 50 else "maybe", tokens=(Token(text="yes", probability=sure),))


def test_every_statement_is_looked_at_in_both_polarities() -> None:
    model = Half()
    found, unreadable = looks(model, Ontology.default(), 12, seed=4)
    assert 2 * (len(found) + unreadable) == len(model.seen)
    assert unreadable == len(model.seen) // 50
    for true, wrong in zip(model.seen[::2], model.seen[1::2], strict=True):
        assert (true.kind, true.negated, wrong.negated) == ("verify", False, True)
        assert true == wrong.model_copy(update={"negated": False})
        assert not (true.notes or true.claims or true.drafts)
    calibration, figures = fitted(found, INFO)
    assert figures["fitted_on"] + figures["measured_on"] == len(found)
    assert calibration.statements == figures["fitted_on"]
    assert json.loads(json.dumps(figures)) == figures


def test_it_is_measured_on_pictures_that_it_was_not_fitted_on() -> None:
    def seen(picture: int, true: bool, yes: float) -> Look:
        return Look(picture, "Relation", true, yes, 1 - yes)

    learnt = [seen(0, n % 2 == 0, (0.9, 0.1)[n % 2]) for n in range(40)]
    calibration, figures = fitted([*learnt, *(seen(1, n % 2 == 1, (0.9, 0.1)[n % 2]) for n in range(40))], INFO)
    assert calibration.a < 0 and (figures["auroc"], figures["usable"]) == (0.0, False)
    figures = fitted([*learnt, *(seen(1, n % 2 == 0, (0.9, 0.1)[n % 2]) for n in range(40))], INFO)[1]
    assert (figures["auroc"], figures["accuracy"], figures["usable"]) == (1.0, 1.0, True)
    assert figures["ece_after"] < figures["ece_before"]


@pytest.mark.parametrize("error", [0.0, 0.1, 0.3, 0.5, 0.8])
def test_the_scripted_calibration_is_that_of_its_errors(error: float) -> None:
    found = calibrated(error, INFO)
    rng = Random(1)
    rows = []
    for _ in range(4000):
        true = rng.random() < 0.5
        says = [true != (rng.random() < error) for _ in range(2)]
        rows.append((sum(says) / 2, true))
    assert found.auroc == pytest.approx(auroc([s for s, _ in rows], [t for _, t in rows]), abs=0.03)
    both = [true for share, true in rows if share == 1.0]
    assert found.chance(1.0) == pytest.approx(sum(both) / len(both), abs=0.05)
    assert bool(found.refused(INFO)) == (error >= 0.5)


def test_the_words_of_descriptions_are_weighed_alone_and_with_looks() -> None:
    """A scripted model is surer of what is there; its looks are mistaken once in twenty times."""
    rates = Rates(hallucination=0.4, relation_error=0.4, format_error=0.0, blind=0.05)
    truths = {f"ordinary_9_{index:05d}.png": draw(9, index).scene for index in range(40)}
    pipeline = Pipeline(Perceiver(truths, rates, seed=3))
    described = describe(pipeline, range(40), 9, "ordinary", looks=True)
    assert len(described) == 40 and all(0.0 <= share <= 1.0 for one in described for share in one.shares.values())
    own, figures = fit_own(described)
    assert own["entity"].box > 0  # here a box is as sure as the words, so one weight may stand for both
    assert own["relation"].words > 0
    assert figures["entity"]["auroc"] > 0.65 and 0 < figures["entity"]["true"] < figures["entity"]["measured_on"]
    together, both = fit_together(described, own, a=-1.0, b=0.0)
    assert together["relation"].look > 0
    assert both["relation"]["auroc"] > both["relation"]["auroc_of_words"]
    unseen = describe(pipeline, range(4), 9, "ordinary", looks=False)
    assert all(not one.shares for one in unseen) and fit_together(unseen, own, a=-1.0, b=0.0) == ({}, {})
