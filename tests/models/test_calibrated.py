"""A calibration holds for its key alone: found by the loop, refused where a part differs, and told by the doctor."""

from pathlib import Path
from typing import Any

import pytest

from nesy.cli import main
from nesy.doctor.model_checkup import examine_model
from nesy.errors import InputError
from nesy.experiments.calibrating.calibrate import calibrate
from nesy.loop.seeing import Seeing
from nesy.models.calibrated import Calibrated, calibrated, key_of
from nesy.ontology import Ontology
from nesy.perception.calibration import Beside, Calibration, Own, read_calibration
from nesy.perception.calibration_key import CalibrationKey
from nesy.perception.calibration_store import find, folder, path_of, save
from nesy.pipeline import Pipeline
from nesy.scene import Entity
from nesy.settings import CorrectionSettings, PerceptionSettings, PromptSettings, Settings
from nesy.synthetic import write_split
from nesy.turns import ModelInfo, Reply, Request, Token
from tests.chat_server import Body, ChatServer, said, words
from tests.eyes import Eyes
from tests.test_pipeline import DESCRIBED, IMAGE

ONTOLOGY = Ontology.default()
INFO = ModelInfo(id="some/model", revision="1", weights_sha256="a" * 64)


class Model:
    """Describes in one way, and is unsure of what it is asked."""

    def __init__(self, info: ModelInfo = INFO, **more: Any) -> None:
        self.info = info
        vars(self).update(more)
        self.kinds: list[str] = []

    def reply(self, request: Request) -> Reply:
        self.kinds.append(request.kind)
        if request.kind == "verify":
            word = "no" if not request.negated else "yes"
            return Reply(text=word, tokens=(Token(text=word, probability=0.9),))
        if request.kind == "describe":
            return Reply(text=DESCRIBED, tokens=tuple(Token(text=sign, probability=0.99) for sign in DESCRIBED))
        return Reply(text="{}")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NESY_CALIBRATIONS", str(tmp_path / "store"))
    return tmp_path / "store"


def of(model: Model, settings: Settings | None = None, **more: Any) -> Calibration:
    own = {"entity": Own(bias=0.0, words=1.0, auroc=0.9), "relation": Own(bias=0.0, words=1.0, auroc=0.9)}
    values = {"model": model.info, "a": -1.0, "b": 0.0, "auroc": 0.9, "statements": 90, "own": own, **more}
    key = key_of(model, settings or Settings(), ONTOLOGY)
    return Calibration.model_validate({"schema": "nesy.calibration/2", "key": key, **values})


def kept(calibration: Calibration) -> Calibration:
    assert calibration.key is not None
    save(calibration, path_of(calibration.key))
    return calibration


# --- the key

OTHERS: list[tuple[str, Model, Settings]] = [
    ("the weights", Model(INFO.model_copy(update={"weights_sha256": "b" * 64})), Settings()),
    ("the numbers it computes in (dtype): float32 there, bfloat16 here", Model(dtype="bfloat16"), Settings()),
    ("the engine", Model(engine="server", dtype="float32"), Settings()),
    ("the bits", Model(dtype="float32"), Settings(perception=PerceptionSettings(quantize="4bit"))),
    ("the profile", Model(INFO.model_copy(update={"profile": "qwen2-vl"}), dtype="float32"), Settings()),
    ("described", Model(dtype="float32"), Settings(perception=PerceptionSettings(describe="prose"))),
    ("the prompts", Model(dtype="float32"), Settings(prompts=PromptSettings(verify="{statement}: {whether}?"))),
    ("the prompts", Model(dtype="float32"), Settings(prompts=PromptSettings(vocabulary="all"))),
]


@pytest.mark.parametrize(
    ("part", "model", "settings"), OTHERS, ids=[f"{n} {part}" for n, (part, *_) in enumerate(OTHERS)]
)
def test_any_part_that_differs_is_another_key_and_is_named(
    part: str, model: Model, settings: Settings, tmp_path: Path, store: Path
) -> None:
    mine = of(Model(dtype="float32"))
    kept(mine)
    assert find(key_of(model, settings, ONTOLOGY)) is None
    save(mine, tmp_path / "mine.json")
    named = settings.model_copy(update={"correction": CorrectionSettings(calibration=str(tmp_path / "mine.json"))})
    with pytest.raises(InputError) as caught:
        _ = calibrated(model, named)
    told = str(caught.value)
    assert "mine.json: the calibration is for another key: " in told and part in told and "\n" not in told


def test_the_sum_of_the_weights_counts_and_not_what_they_are_called() -> None:
    key = key_of(Model(), Settings(), ONTOLOGY)
    renamed = key_of(Model(INFO.model_copy(update={"id": "a folder", "revision": None})), Settings(), ONTOLOGY)
    assert key.short == renamed.short and not key.differs_from(renamed)
    bare = [Model(ModelInfo(id=name)) for name in ("http://a/v1#m", "http://b/v1#m")]
    here, there = (key_of(one, Settings(), ONTOLOGY) for one in bare)
    assert here.differs_from(there).startswith("the model") and here.engine == "server"
    assert (here.logprobs, key.logprobs) == ("raw", "processed")


def test_a_profile_of_ones_own_counts_by_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    settings = Settings(perception=PerceptionSettings(profile=str(file)))
    keys = []
    for scale in ("1.0", "1000.0"):
        file.write_text(f"scale = {scale}")
        keys.append(key_of(Model(), settings, ONTOLOGY))
    assert keys[0].differs_from(keys[1]).startswith("the profile")


def test_the_second_format_has_a_key_and_the_first_none() -> None:
    for wrong in ({"schema": "nesy.calibration/1"}, {"key": None}):
        with pytest.raises(ValueError, match="has a key"):
            Calibration.model_validate({**of(Model()).model_dump(by_alias=True), **wrong})


# --- where it is kept


def test_it_is_kept_among_the_users_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NESY_CALIBRATIONS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert folder() == tmp_path / "nesy" / "calibrations"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for ignored in ("", "relative"):
        monkeypatch.setenv("XDG_DATA_HOME", ignored)
        assert folder() == tmp_path / "home" / ".local" / "share" / "nesy" / "calibrations"
    monkeypatch.setenv("NESY_CALIBRATIONS", str(tmp_path / "own"))
    assert folder() == tmp_path / "own"


def test_what_is_kept_is_read_back_and_what_is_another_is_ignored(store: Path) -> None:
    mine = kept(of(Model(), witness=Beside(names=("told",), weights_sha256=(None,), share=0.5, statements=60)))
    assert mine.key is not None and find(mine.key) == mine
    assert [path.name for path in store.iterdir()] == [f"{mine.key.short}.json"]
    other = mine.key.model_copy(update={"dtype": "float16"})
    path_of(mine.key).rename(path_of(other))
    assert find(other) is None and find(mine.key) is None
    path_of(other).write_text("{")
    with pytest.raises(InputError, match=other.short):
        find(other)


def test_what_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save(of(Model()), tmp_path / "file" / "a.json")
    (tmp_path / "a.json").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        save(of(Model()), tmp_path / "a.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "file"]


# --- in the loop


def test_the_loop_finds_what_is_kept_for_its_model_and_puts_it_on_record(store: Path) -> None:
    bare = Pipeline(Model()).analyze(IMAGE)
    assert bare.calibration is None and not any(turn.evidence for turn in bare.rounds)
    mine = kept(of(Model()))
    model = Model()
    found = Pipeline(model).analyze(IMAGE)
    assert mine.key is not None and found.calibration == mine.key.short
    assert "verify" in model.kinds and any(turn.evidence for turn in found.rounds)
    assert type(found).from_json(found.to_json()) == found
    blind = Pipeline(Model(), Settings(correction=CorrectionSettings(evidence="none"))).analyze(IMAGE)
    assert blind.calibration is None and not any(turn.evidence for turn in blind.rounds)


def test_a_calibration_of_ones_own_goes_before_that_of_the_model(store: Path) -> None:
    shipped = of(Model()).model_copy(update={"schema_": "nesy.calibration/1", "key": None, "statements": 7})
    model = Model(calibration=shipped)
    assert Pipeline(model).model.calibration == shipped  # type: ignore[attr-defined]
    mine = kept(of(model))
    assert Pipeline(model).model.calibration == mine  # type: ignore[attr-defined]


def test_a_named_file_of_the_first_format_still_weighs(tmp_path: Path) -> None:
    first = of(Model()).model_copy(update={"schema_": "nesy.calibration/1", "key": None})
    save(first, tmp_path / "one.json")
    assert read_calibration(tmp_path / "one.json") == first
    settings = Settings(correction=CorrectionSettings(calibration=str(tmp_path / "one.json")))
    assert Pipeline(Model(), settings).model.calibration == first  # type: ignore[attr-defined]


def test_what_the_model_can_do_it_can_still_do_with_a_calibration() -> None:
    model = Calibrated(Model(turns=("describe",), takes_prose=False), of(Model()))
    assert (model.turns, model.takes_prose, model.info) == (("describe",), False, INFO)
    assert model.reply(Request(image=IMAGE, kind="describe")).text == DESCRIBED
    assert len(model.replies([Request(image=IMAGE, kind="describe")] * 2)) == 2
    with pytest.raises(AttributeError):
        _ = model.takes_marks


@pytest.mark.parametrize(("share", "expected"), [(1.0, 0.9), (0.0, 0.5), (0.5, 0.75)])
def test_a_witness_counts_as_much_as_was_measured(share: float, expected: float) -> None:
    box = (0.1, 0.2, 0.4, 0.9)
    cup = Entity(id="person_1", category="person", box=box)
    eyes = Eyes(("person", box, 0.99), ("cup", (0.5, 0.3, 0.6, 0.4), 0.97))
    seeing = Seeing([eyes], IMAGE, ONTOLOGY, share)
    said = "person_1 is a person"
    found = seeing.chances([cup], [cup], {said: 0.5})[said]
    full = Seeing([eyes], IMAGE, ONTOLOGY).chances([cup], [cup], {said: 0.5})[said]
    odds = (full / (1 - full)) ** share
    assert found == pytest.approx(odds / (1 + odds)) and found == pytest.approx(expected, abs=0.06)
    assert seeing.chances([cup], [cup], {})[said] == pytest.approx(full)  # where nobody else spoke, nothing is shared


def test_the_loop_takes_the_share_of_its_witness_alone(store: Path) -> None:
    eyes = Eyes(("person", (0.1, 0.2, 0.4, 0.9), 0.99))
    kept(of(Model(), witness=Beside(names=("told",), weights_sha256=(None,), share=0.25, statements=60)))
    seeing = Pipeline(Model(), witness=eyes).dialogue_about(IMAGE).seeing
    assert seeing is not None and seeing._share == 0.25
    eyes.info = eyes.info.model_copy(update={"weights_sha256": "c" * 64})
    seeing = Pipeline(Model(), witness=eyes).dialogue_about(IMAGE).seeing
    assert seeing is not None and seeing._share == 1.0


def test_the_doctor_tells_what_weighs(store: Path) -> None:
    def told() -> tuple[str, str]:
        line = next(one for one in examine_model(Model()) if one.name == "calibration")
        return line.status, f"{line.found} {line.mend}"

    assert told() == ("absent", "none: nothing is doubted nesy calibrate DIR --model M")
    kept(of(Model()))
    status, found = told()
    assert status == "ok" and "of nesy calibrate; looks AUROC 0.90 of 90 statements, words of 2 kinds" in found


# --- the command


def test_the_command_fits_keeps_and_writes(store: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    drawn, out = tmp_path / "drawn", tmp_path / "mine.json"
    write_split(drawn, n=8, seed=77)
    command = ["calibrate", str(drawn), "--model", "embedded", "--out", str(out)]
    assert main([*command, "--limit", "1"]) == 2
    assert "too little to calibrate nesy-embedded" in capfd.readouterr().err and not store.exists() and not out.exists()
    assert main(command) == 0
    told = capfd.readouterr().out
    (file,) = store.iterdir()
    assert "8 pictures, model nesy-embedded" in told and f"kept in {file}" in told
    assert file.read_bytes() == out.read_bytes()
    assert main(command) == 2 and "is there already; --force overwrites it" in capfd.readouterr().err
    picture = str(next((drawn / "images").iterdir()))
    assert main(["analyze", picture, "--model", "embedded", "--format", "json"]) in (0, 1)
    assert f'"calibration": "{file.stem}"' in capfd.readouterr().out
    named = ["--set", f"correction.calibration={out}"]
    assert main(["analyze", picture, "--model", "witness", *named]) == 2
    assert "the calibration is for another key: the weights" in capfd.readouterr().err


def test_a_model_that_cannot_read_the_pictures_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    examples = Path(__file__).resolve().parents[2] / "examples" / "photographs"
    (tmp_path / "coffee.jpg").write_bytes((examples / "coffee.jpg").read_bytes())
    (tmp_path / "scenes.jsonl").write_text('{"entities": [], "image": {"name": "coffee.jpg"}}\n')
    assert main(["calibrate", str(tmp_path), "--model", "embedded"]) == 2
    assert "1 pictures left out that it cannot read" in capfd.readouterr().err
    assert main(["calibrate", str(tmp_path / "none"), "--model", "embedded"]) == 2
    assert "no such folder" in capfd.readouterr().err


def test_a_server_is_asked_side_by_side_and_the_calibration_is_the_same(store: Path, tmp_path: Path) -> None:
    def answer(body: Body) -> Body:
        text = words(body)
        if "counts" in text:
            return said(DESCRIBED)
        tells = sum(map(ord, text)) % 10  # the same of the same question
        word = "yes" if tells > 4 else "no"
        return said(word, logprobs={"content": [{"token": word, "logprob": -0.1 - tells / 20}]})

    write_split(tmp_path / "drawn", n=10, seed=5)
    found = []
    for at_once in (1, 8):
        with ChatServer(answer) as server:
            report = calibrate(server.spec, tmp_path / "drawn", concurrency=at_once, keep=False)
            found.append(report.calibration.model_copy(update={"model": INFO, "key": None}))
            key = report.calibration.key
            assert key is not None and (key.engine, key.logprobs) == ("server", "raw")
    assert found[0] == found[1]
    with pytest.raises(InputError, match="one request at a time"):
        calibrate("embedded", tmp_path / "drawn", concurrency=2)


def test_calibrating_takes_no_notice_of_an_earlier_calibration(store: Path, tmp_path: Path) -> None:
    """What is fitted is the same whether there was one before."""
    from nesy.experiments.arms.perceiver import Perceiver, Rates
    from nesy.synthetic import draw

    write_split(tmp_path / "drawn", n=12, seed=5)
    truths = {f"ordinary_5_{n:05d}.png": draw(5, n).scene for n in range(12)}
    first, second = (calibrate(Perceiver(truths, Rates(blind=0.2)), tmp_path / "drawn") for _ in range(2))
    assert first == second and isinstance(first.calibration.key, CalibrationKey)
