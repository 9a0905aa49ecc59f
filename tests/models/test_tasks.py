"""PaliGemma and Florence-2: tasks go out as these models know them, and what comes back is read in their own units."""

from collections.abc import Mapping

import pytest

from nesy.errors import ModelError
from nesy.image import Image
from nesy.models.registry import load_model
from nesy.models.task_model import TaskModel, _Session
from nesy.perception.locations import parse_locations
from nesy.perception.reply import parse_answer, parse_patch, parse_verified
from nesy.pipeline import Pipeline
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.turns import NumberedClaim, Request
from tests.families import TASKS, save
from tests.models.test_local_model import picture

SETTINGS = PerceptionSettings(max_new_tokens=24)
IMAGE = picture(60, 40)
THINGS = (
    Entity(id="person_1", category="person"),
    Entity(id="person_2", category="person"),
    Entity(id="fire_hydrant_1", category="fire_hydrant"),
    Entity(id="dog_1", category="dog"),
)
WHERE = Request(image=IMAGE, kind="locate", entities=THINGS, said="Two people and a fire hydrant.")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, TaskModel]:
    place = tmp_path_factory.mktemp("tasks")
    found = {name: load_model(str(save(name, place / name)), SETTINGS) for name in TASKS}
    return {name: model for name, model in found.items() if isinstance(model, TaskModel)}


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Task -> what the model gives; nothing for any other."""
    answers: dict[str, str] = {}

    def run(self: _Session, task: str) -> str:
        self.tasks.append(task)
        return answers.get(task, "")

    monkeypatch.setattr(_Session, "run", run)
    return answers


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in transformers' processor
@pytest.mark.parametrize("name", sorted(TASKS))
def test_random_weights_go_through_every_task(models: Mapping[str, TaskModel], name: str) -> None:
    model = models[name]
    assert (model.info.profile, len(model.info.weights_sha256 or "")) == (
        {"paligemma": "paligemma", "florence2": "florence-2"}[name],
        64,
    )
    described = model.reply(Request(image=IMAGE, kind="describe", form="prose"))
    assert described.usage.new_tokens and described.usage.prompt_tokens
    assert "".join(token.text for token in described.tokens) == described.text
    assert all(0.0 < (token.probability or 0.0) <= 1.0 for token in described.tokens)
    other = model.reply(Request(image=picture(60, 40, seed=5), kind="describe", form="prose"))
    assert [t.probability for t in described.tokens] != [t.probability for t in other.tokens]  # the picture is seen
    found = parse_locations(model.reply(WHERE), THINGS, IMAGE)
    assert found.boxes.keys() <= {entity.id for entity in THINGS}


def test_what_paligemma_detects_is_in_its_own_units(models: Mapping[str, TaskModel], says: dict[str, str]) -> None:
    says["detect person ; fire hydrant ; dog"] = (
        "<loc0256><loc0512><loc1023><loc0768> person ; <loc0000><loc0000><loc0512><loc0256> person ; "
        "<loc0102><loc0102><loc0512><loc0512> fire hydrant ; <loc0900><loc0102><loc0512><loc0512> dog"
    )
    reply = models["paligemma"].reply(WHERE)
    assert reply.prompt == "detect person ; fire hydrant ; dog"
    found = parse_locations(reply, THINGS, IMAGE)
    # From left to right, the vertical first in a location; a box that is inside out is none.
    assert found.boxes["person_1"] == pytest.approx((0.0, 0.0, 0.25, 0.5), abs=0.01)
    assert found.boxes["person_2"] == pytest.approx((0.5, 0.25, 0.75, 1.0), abs=0.01)
    assert found.boxes["fire_hydrant_1"] == pytest.approx((0.1, 0.1, 0.5, 0.5), abs=0.01)
    assert "dog_1" not in found.boxes and "dog_1: the model gives no box" in found.problems


def test_what_florence_grounds_is_read_by_its_own_processor(
    models: Mapping[str, TaskModel], says: dict[str, str]
) -> None:
    says["<OPEN_VOCABULARY_DETECTION>person"] = "person<loc_500><loc_250><loc_750><loc_999>"
    says["<OPEN_VOCABULARY_DETECTION>fire hydrant"] = "fire hydrant<loc_0><loc_0><loc_250><loc_500>"
    found = parse_locations(models["florence2"].reply(WHERE), THINGS, IMAGE)
    assert found.boxes["person_1"] == pytest.approx((0.5, 0.25, 0.75, 1.0), abs=0.01)
    assert found.boxes["fire_hydrant_1"] == pytest.approx((0.0, 0.0, 0.25, 0.5), abs=0.01)
    assert found.boxes.keys() == {"person_1", "fire_hydrant_1"}


def test_paligemma_answers(models: Mapping[str, TaskModel], says: dict[str, str]) -> None:
    says["answer en is it true that person ride horse?"] = "no"
    says["answer en is it true that horse on person?"] = "Yes."
    says["answer en Who rides?"] = "a woman"
    claims = tuple(
        NumberedClaim(number=n, claim=f"r{n}", text=text, answers=("keep", "withdraw", "swap"))
        for n, text in enumerate(("person_1 ride horse_1", "horse_1 on person_1", "dog_1 on person_1"), 1)
    )
    model = models["paligemma"]
    patch = parse_patch(model.reply(Request(image=IMAGE, kind="correct", claims=claims)), claims)
    assert dict(patch.answers) == {1: "withdraw", 2: "keep", 3: "keep"}
    look = Request(image=IMAGE, kind="verify", question="person_1 ride horse_1")
    assert parse_verified(model.reply(look)) == 0.0
    assert parse_verified(model.reply(look.model_copy(update={"negated": True}))) == 1.0
    asked = model.reply(Request(image=IMAGE, kind="ask", question="Who rides?"))
    assert parse_answer(asked, ()).answer == "a woman"


def test_florence_keeps_what_it_cannot_tell_and_says_what_it_cannot_do(models: Mapping[str, TaskModel]) -> None:
    claim = NumberedClaim(number=1, claim="r1", text="person_1 ride horse_1", answers=("keep", "withdraw"))
    reply = models["florence2"].reply(Request(image=IMAGE, kind="correct", claims=(claim,)))
    assert reply.text == '{"1":"keep"}'
    with pytest.raises(ModelError, match="can describe, locate, correct, not ask"):
        models["florence2"].reply(Request(image=IMAGE, kind="ask", question="Who?"))


def test_a_picture_is_analyzed_in_two_steps(models: Mapping[str, TaskModel], says: dict[str, str]) -> None:
    says["caption en"] = "A woman rides a horse on a beach."
    says["detect woman ; horse ; beach"] = (
        "<loc0100><loc0300><loc0500><loc0600> woman ; <loc0400><loc0200><loc0900><loc0800> horse"
    )
    image = Image.from_pixels(IMAGE.pixels, name="ride.png")
    analysis = Pipeline(models["paligemma"]).analyze(image)
    first = analysis.rounds[0]
    assert first.reply == "A woman rides a horse on a beach." and first.located is not None
    assert first.located.prompt == "detect woman ; horse ; beach"
    boxes = {entity.category: entity.box for entity in analysis.scene.entities}
    assert boxes["woman"] == pytest.approx((0.29, 0.1, 0.59, 0.49), abs=0.01) and boxes["horse"] is not None
    assert any(relation.predicate == "ride" for relation in analysis.scene.relations)
    assert any("beach" in problem and "no box" in problem for problem in first.problems)
