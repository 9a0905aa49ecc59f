"""How a server is asked to hold to a form, what it tells of probabilities and pictures, and what is made of that."""

import json
import math

import PIL.Image
import pytest

from nesy.errors import InputError, ModelError
from nesy.image import Image
from nesy.models.completion import alternatives
from nesy.models.openai_server import ServerModel
from nesy.models.picture_count import LEAST_TOKENS, PictureCount
from nesy.perception.calibration import Calibration
from nesy.perception.grammar import reply_grammar
from nesy.perception.reply import parse_verified
from nesy.perception.reply_format import write_scene
from nesy.pipeline import Pipeline
from nesy.scene import Entity, Scene
from nesy.settings import PerceptionSettings
from nesy.turns import ModelInfo, Request
from tests.chat_server import Answers, Body, ChatServer, picture, said

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 6)), name="red.png")
OTHER = Image.from_pixels(PIL.Image.new("RGB", (9, 6)), name="other.png")
DESCRIBE = Request(image=IMAGE, kind="describe")
VERIFY = Request(image=IMAGE, kind="verify", question="2 person")
HELD = write_scene(Scene(entities=(Entity(id="cup_1", category="cup", box=(0.1, 0.1, 0.5, 0.5)),)))
LOOSE = json.dumps(json.loads(HELD))
IGNORES = "does not hold to it"


def form(body: Body) -> str:
    constraint = body.get("structured_outputs"), body.get("response_format")
    assert None in constraint, "vLLM takes one of the two"
    return "grammar" if constraint[0] else "schema" if constraint[1] else "none"


def refusing(*forms: str, status: int = 400) -> Answers:
    return lambda body: (status, {"error": f"no {form(body)}"}) if form(body) in forms else HELD


def asked(answer: Answers, requests: list[Request], **settings: object) -> tuple[list[str], ServerModel, list[Body]]:
    """Return in which forms a server was asked, the model, and the bodies."""
    with ChatServer(answer) as server:
        model = ServerModel(server.spec, PerceptionSettings(**settings))  # type: ignore[arg-type]
        for request in requests:
            model.reply(request)
    return [form(body) for body in server.bodies], model, server.bodies


# --- grammar, schema, nothing ---


def test_a_grammar_is_asked_for_where_the_server_takes_it() -> None:
    forms, model, bodies = asked(lambda _: HELD, [DESCRIBE, DESCRIBE])
    assert (forms, model.told) == (["grammar"] * 2, ())
    assert bodies[0]["structured_outputs"] == {"grammar": reply_grammar(DESCRIBE)}
    assert not any("guided" in key for key in bodies[0])


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("refused", "forms"),
    [(["grammar"], ["grammar", "schema", "schema"]), (["grammar", "schema"], ["grammar", "schema", "none", "none"])],
)
def test_a_server_that_refuses_a_form_is_asked_in_the_next_once(
    status: int, refused: list[str], forms: list[str]
) -> None:
    seen, model, _ = asked(refusing(*refused, status=status), [DESCRIBE, DESCRIBE])
    assert seen == forms
    (told,) = model.told
    assert told.startswith("the server refuses a grammar: it is asked") and "perception.constrain" in told


def test_a_form_that_was_taken_is_not_what_is_refused() -> None:
    turns: list[Body] = []

    def answer(body: Body) -> str | tuple[int, Body]:
        turns.append(body)
        return HELD if len(turns) == 1 else (400, {"error": "too long"})

    with ChatServer(answer) as server:
        model = ServerModel(server.spec)
        model.reply(DESCRIBE)
        with pytest.raises(ModelError, match=r"HTTP 400 .*too long"):
            model.reply(DESCRIBE)
        assert len(server.bodies) == 2


def test_a_request_that_is_wrong_in_itself_is_told_and_nothing_is_learnt() -> None:
    with ChatServer(refusing("grammar", "schema", "none")) as server:
        model = ServerModel(server.spec)
        with pytest.raises(ModelError, match="HTTP 400") as caught:
            model.reply(DESCRIBE)
        assert "perception.constrain" in caught.value.hint
        assert [form(body) for body in server.bodies] == ["grammar", "schema", "none"]
    assert model.told == ()


@pytest.mark.parametrize("wanted", ["grammar", "schema", "none"])
def test_a_form_that_is_set_is_the_only_one(wanted: str) -> None:
    with ChatServer(refusing(wanted)) as server, pytest.raises(ModelError, match=f"no {wanted}"):
        ServerModel(server.spec, PerceptionSettings(constrain=wanted)).reply(DESCRIBE)  # type: ignore[arg-type]
    assert [form(body) for body in server.bodies] == [wanted]


def test_a_server_that_takes_no_notice_of_a_grammar_is_told_and_asked_by_a_schema() -> None:
    with ChatServer(lambda _: LOOSE) as server:
        model = ServerModel(server.spec)
        first, second = model.reply(DESCRIBE), model.reply(DESCRIBE)
        insists = ServerModel(server.spec, PerceptionSettings(constrain="grammar"))
        third, fourth = insists.reply(DESCRIBE), insists.reply(DESCRIBE)
    assert [form(body) for body in server.bodies] == ["grammar", "schema", "grammar", "grammar"]
    assert [any(IGNORES in line for line in one.problems) for one in (first, second, third, fourth)] == [
        *(True, False, True, True)
    ]
    assert model.told == (
        "the server takes no notice of a grammar: it is asked by a JSON schema (perception.constrain)",
    )
    assert insists.told == ()


def test_what_is_cut_off_and_what_is_free_is_not_held_against_a_server() -> None:
    with ChatServer(lambda _: said(HELD[:40], finish_reason="length")) as server:
        assert not any(IGNORES in line for line in ServerModel(server.spec).reply(DESCRIBE).problems)
    prose = Request(image=IMAGE, kind="describe", form="prose")
    forms, model, _ = asked(lambda _: "A cup.", [prose])
    assert (forms, model.told) == (["none"], ())


def test_the_record_and_the_command_tell(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    from nesy.cli.app import main

    path = tmp_path / "a.png"
    IMAGE.pixels.save(path)
    with ChatServer(lambda _: LOOSE) as server:
        assert main(["analyze", str(path), "--model", server.spec, "--format", "json"]) == 0
    told = capsys.readouterr()
    assert any(IGNORES in line for line in json.loads(told.out)["rounds"][0]["problems"])
    assert json.loads(told.out)["model"]["logprobs"] == "raw"
    assert told.err.count("takes no notice of a grammar") == 1


# --- yes and no ---


def row(token: str, logprob: float, **others: float) -> Body:
    top = [{"token": t.replace("_", ""), "logprob": p} for t, p in {token: logprob, **others}.items()]
    return {"token": token, "logprob": logprob, "top_logprobs": top}


LOG = {share: math.log(share) for share in (0.05, 0.1, 0.2, 0.3, 0.5, 0.6)}


@pytest.mark.parametrize(
    ("rows", "constrain", "yes"),
    [
        # before the grammar: most of the probability is with what the grammar forbids
        ([row("yes", LOG[0.3], no=LOG[0.1], The=LOG[0.5], Yes=LOG[0.05])], "grammar", 0.75),
        ([row("no", LOG[0.3], yes=LOG[0.1], I=LOG[0.6])], "grammar", 0.25),
        # the halves of a word: the first tells
        ([row("n", LOG[0.2], y=LOG[0.3], yes=LOG[0.3], nothing=LOG[0.1]), row("o", LOG[0.1])], "grammar", 0.75),
        # the other answer is not among the likeliest
        ([row("yes", LOG[0.3], The=LOG[0.5])], "grammar", 1.0),
        # in words alone any letters will do
        ([row("Yes", LOG[0.3], yes=LOG[0.3], No=LOG[0.2], The=LOG[0.1]), row(".", -3.0)], "none", 0.75),
        # in a schema, with the quotes in the same token
        ([row('{"answer":', 0.0), row(' "yes', LOG[0.3], **{' "no': LOG[0.1]}), row('"}', -1.0)], "schema", 0.75),
        ([row('{"answer":"', 0.0), row("no", LOG[0.1], yes=LOG[0.3]), row('"}', -1.0)], "schema", 0.75),
        # without others there is only what the token itself has
        ([{"token": "yes", "logprob": LOG[0.3]}], "grammar", 1.0),
    ],
)
def test_a_look_weighs_yes_against_no(rows: list[Body], constrain: str, yes: float) -> None:
    answer = said("".join(one["token"] for one in rows), logprobs={"content": rows})
    with ChatServer(lambda _: answer) as server:
        reply = ServerModel(server.spec, PerceptionSettings(constrain=constrain)).reply(VERIFY)  # type: ignore[arg-type]
    assert server.bodies[0]["top_logprobs"] == 20
    assert reply.problems == ()
    assert parse_verified(reply) == pytest.approx(yes)


@pytest.mark.parametrize("odd", [None, [], [1], {"a": 1}, [{"token": 3, "logprob": -1.0}], [{"token": "no"}], "x"])
def test_odd_alternatives_leave_what_there_is(odd: object) -> None:
    answer = said("yes", logprobs={"content": [{"token": "yes", "logprob": -0.1, "top_logprobs": odd}]})
    with ChatServer(lambda _: answer) as server:
        assert 0.9 < parse_verified(ServerModel(server.spec).reply(VERIFY)) <= 1.0
    assert alternatives({"choices": [{"logprobs": None}]}) == ()


def test_descriptions_keep_the_probabilities_that_the_server_gives() -> None:
    answer = said(HELD, logprobs={"content": [row(HELD, LOG[0.3], other=LOG[0.5])]})
    with ChatServer(lambda _: answer) as server:
        reply = ServerModel(server.spec).reply(DESCRIBE)
    assert "top_logprobs" not in server.bodies[0] and server.bodies[0]["logprobs"] is True
    assert reply.tokens[0].probability == pytest.approx(0.3)


def test_a_server_that_tells_of_fewer_is_not_asked_for_them_again() -> None:
    def answer(body: Body) -> str | tuple[int, Body]:
        return (400, {"error": "top_logprobs must be at most 5"}) if "top_logprobs" in body else "yes"

    forms, _, bodies = asked(answer, [VERIFY, VERIFY])
    assert (forms, ["top_logprobs" in body for body in bodies]) == (["grammar"] * 3, [True, False, False])
    _, _, bodies = asked(answer, [VERIFY], top_logprobs=0)
    assert len(bodies) == 1


def test_a_calibration_is_for_one_kind_of_probabilities() -> None:
    raw = ModelInfo(id="http://h/v1#m", logprobs="raw")
    fitted = Calibration(model=raw, a=-1.0, b=0.0, auroc=0.9, statements=9)
    after = ServerModel("http://h/v1#m", PerceptionSettings(logprobs="processed")).info
    assert fitted.refused(ServerModel("http://h/v1#m").info) == ""
    assert "is for raw probabilities, and those of http://h/v1#m are processed" in fitted.refused(after)
    local = fitted.model_copy(update={"model": ModelInfo(id="m")})
    assert local.refused(ModelInfo(id="m")) == "" and "logprobs" not in ModelInfo(id="m").model_dump()


# --- pictures ---


def test_pictures_have_names_where_that_is_set() -> None:
    marked = Request(image=IMAGE, kind="describe", marked=OTHER)
    (_, _, plain), (_, _, named) = asked(lambda _: HELD, [marked]), asked(lambda _: HELD, [marked], image_uuids=True)
    parts, others = plain[0]["messages"][0]["content"], named[0]["messages"][0]["content"]
    assert not any("uuid" in part for part in parts)
    assert [part.get("uuid") for part in others] == [IMAGE.sha256, OTHER.sha256, None]


def counting(tokens: int, of_a_picture: int = 0) -> Answers:
    """Answer as a server that counts so many tokens for any words, and so many more for a picture."""

    def answer(body: Body) -> Body:
        seen = tokens + (of_a_picture if picture(body) else 0)
        return said(HELD) | {"usage": {"prompt_tokens": seen}}

    return answer


@pytest.mark.parametrize(
    ("tokens", "of_a_picture", "seen", "requests"),
    [
        *((260, 2925, True, 1), (260, 576, True, 1), (0, 0, True, 1)),
        *((260, 64, True, 2), (260, 4, True, 2), (260, 3, False, 2), (260, 0, False, 2)),
        (40, 0, False, 1),  # too few for the words alone
    ],
)
def test_a_server_that_drops_the_picture_is_found_out(
    tokens: int, of_a_picture: int, seen: bool, requests: int
) -> None:
    with ChatServer(counting(tokens, of_a_picture)) as server:
        analysis = Pipeline(server.spec).analyze(IMAGE)
    assert len(server.bodies) == requests  # the words alone are counted where there is a doubt
    assert analysis.consistent == seen
    problems = [line for line in analysis.rounds[0].problems if "did not see the picture" in line]
    assert len(problems) == (not seen)
    if not seen:
        assert analysis.verdict.status == "unknown" and "did not see the picture" in analysis.verdict.why_unknown


def test_words_are_counted_once() -> None:
    counted: list[str] = []
    count = PictureCount(lambda words: counted.append(words) or 250)  # type: ignore[func-returns-value]
    assert [bool(count.unseen(n, "w" * 900)) for n in (250, 250 + LEAST_TOKENS, 251)] == [True, False, True]
    assert len(counted) == 1
    assert PictureCount(lambda _: 0).unseen(250, "w" * 900) == ""  # the server does not say


# --- settings ---


@pytest.mark.parametrize("wrong", ["timeout_s=0", "constrain=both", "top_logprobs=21", "logprobs=odd"])
def test_settings_of_servers_are_checked(wrong: str) -> None:
    from nesy.settings import Settings
    from nesy.settings.layers import layered

    with pytest.raises(InputError, match=wrong.partition("=")[0]):
        layered(Settings, None, [f"perception.{wrong}"])
