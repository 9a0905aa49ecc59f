"""Chat completions, asked by OpenAI's own client: what is wanted, the answer with its account, streams and errors."""

import json
import threading

import openai
import pytest

from nesy.analysis import Analysis
from nesy.answering import Answered
from nesy.scene import Scene
from nesy.server import Limits
from nesy.turns import Request
from tests.served import CUP, ODD, Served, TalkingModel, content, data_url, png, served


@pytest.fixture(scope="module")
def server():
    with served() as running:
        yield running


def test_a_question_gets_a_checked_answer_with_its_account(server: Served) -> None:
    answer = server.chat("Is there a cup?")
    assert answer.choices[0].message.content == "yes" and answer.choices[0].finish_reason == "stop"
    assert (answer.object, answer.model) == ("chat.completion", "talking")
    account = answer.nesy
    assert (account["wanted"], account["checked"], account["consistent"]) == ("question", True, True)
    analysis = Analysis.from_json(json.dumps(account["analysis"]))
    assert [turn.kind for turn in analysis.rounds] == ["describe", "correct"]
    assert Scene.from_json(json.dumps(account["scene"])) == analysis.scene
    assert Answered.from_json(json.dumps(account["answer"])).claims[0].support == ("cup_1",)


def test_the_usage_is_the_sum_of_all_turns(server: Served) -> None:
    usage = server.chat("Is there a cup?").usage  # described, corrected, asked
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (30, 9, 39)


def test_an_answer_that_cannot_be_true_says_so(server: Served) -> None:
    account = server.chat("Is there a dog?").nesy
    assert (account["checked"], account["consistent"]) == (True, False)
    assert account["findings"][0]["severity"] == "violation"


def test_it_is_told_in_the_words_in_which_training_data_tell_it() -> None:
    said = {
        "entities": [{"id": "person_1", "attributes": ["tall"]}, {"id": "horse_1"}],
        "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
    }
    with served(TalkingModel(lambda _: json.dumps(said))) as running:
        told = running.chat("Describe this image.").choices[0].message.content
    assert told == "There is a person and a horse. The person is tall. The person is riding the horse."


@pytest.mark.parametrize("text", ["Describe this image in detail.", "", "What do you see?"])
def test_a_description_is_told_in_sentences(server: Served, text: str) -> None:
    answer = server.chat(text)
    assert answer.choices[0].message.content == "There is a cup."
    assert answer.nesy["wanted"] == "description" and answer.nesy["consistent"]
    assert len(answer.nesy["analysis"]["rounds"]) == 2


def test_what_no_list_can_answer_is_the_models_own_and_marked_unchecked() -> None:
    with served() as running:
        answer = running.chat("Why is it funny?")
        assert running.model.kinds == ["ask"]
    assert answer.choices[0].message.content == "yes"
    assert answer.nesy["wanted"] == "other"
    assert (answer.nesy["checked"], answer.nesy["consistent"]) == (False, None)


def test_what_says_how_to_answer_is_not_part_of_the_question() -> None:
    with served() as running:
        account = running.chat("Is there a cup in the image?\nAnswer the question using a single word or phrase.").nesy
        assert running.model.requests[-1].question == "Is there a cup in the image?"
    assert account["wanted"] == "question" and account["checked"]


def test_several_pictures_are_analyzed_together() -> None:
    def reply(request: Request) -> str:
        return {"describe": CUP, "identify": '{"p2_cup_1": "new"}'}.get(request.kind, '{"answer": "picture 1 and 2"}')

    with served(TalkingModel(reply)) as running:
        pictures = [data_url(png("red")), data_url(png("blue"))]
        answer = running.chat("In which picture is a cup?", pictures)
        described = running.chat("Describe these images.", pictures)
    assert answer.choices[0].message.content == "pictures 1 and 2" and answer.nesy["checked"]
    assert described.choices[0].message.content.splitlines()[:2] == [
        "Picture 1: There is a cup.",
        "Picture 2: There is a cup.",
    ]
    assert described.nesy["album"]["schema"] == "nesy.album/1"


def test_a_model_that_takes_fewer_pictures_is_not_asked() -> None:
    class OneOnly(TalkingModel):
        most_pictures = 1

    with served(OneOnly()) as running, pytest.raises(openai.BadRequestError, match="2 pictures; the model takes 1"):
        running.chat("Is there a cup?", [data_url(png("red")), data_url(png("blue"))])


def test_the_last_pictures_and_the_last_text_are_asked_about_and_the_rest_is_told(server: Served) -> None:
    with server.openai() as client:
        answer = client.chat.completions.create(
            model="talking",
            messages=[
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": content("Is there a dog?", data_url())},
                {"role": "assistant", "content": "no"},
                {"role": "user", "content": "Is there a cup?"},
            ],
            max_tokens=5,
            top_p=1,
            extra_body={"guided_json": {}, "top_k": 3},
        )
    assert answer.nesy["answer"]["question"] == "Is there a cup?"
    assert answer.nesy["not_honoured"] == ["max_tokens", "top_k", "messages"]


def test_temperature_and_seed_are_those_of_the_free_turns() -> None:
    with served() as running:
        running.chat("Is there a cup?", temperature=0.7, seed=-3)
        drawn = {request.kind: (request.temperature, request.sample) for request in running.model.requests}
    assert drawn["describe"] == drawn["ask"] == (0.7, 2**31 - 3)
    assert drawn["correct"] == (0.0, 0)


def test_json_is_a_scene_or_an_answer(server: Served) -> None:
    def said(text: str, form: object) -> str:
        return str(server.chat(text, response_format=form).choices[0].message.content)

    assert Scene.from_json(said("Describe it.", {"type": "json_object"})).entities[0].category == "cup"
    assert Answered.from_json(said("Is there a cup?", {"type": "json_object"})).answer == "yes"
    schema = {"type": "json_schema", "json_schema": {"name": "nesy_scene", "schema": {}}}
    assert Scene.from_json(said("Is there a cup?", schema)).entities[0].id == "cup_1"
    schema["json_schema"] = {"name": "nesy_answer", "schema": {}}
    assert Answered.from_json(said("Why?", schema)).checked is False


def test_a_stream_tells_rounds_then_the_answer_then_what_it_cost(server: Served) -> None:
    chunks = list(server.stream("Describe it.", stream_options={"include_usage": True}))
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"} and len({chunk.id for chunk in chunks}) == 1
    told = [getattr(chunk, "nesy", None) for chunk in chunks]
    happened = [one["event"] for one in told if one and "event" in one]
    assert happened == ["round_started", "round", "round_started", "round"]
    assert [one["round"]["index"] for one in told if one and one.get("event") == "round"] == [0, 1]
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == "There is a cup."
    assert chunks[-2].choices[0].finish_reason == "stop" and chunks[-2].nesy["consistent"]
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 26
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_a_stream_ends_as_agreed(server: Served) -> None:
    body = {"model": "nesy", "stream": True, "messages": [{"role": "user", "content": content("?", data_url())}]}
    answer = server.post("/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")


def test_a_stream_comes_as_it_happens() -> None:
    """The description is told while the model has not answered the question yet."""
    go_on = threading.Event()

    def reply(request: Request) -> str:
        if request.kind == "describe":
            return CUP
        go_on.wait()
        return '{"answer": "yes"}'

    with served(TalkingModel(reply)) as running:
        for chunk in running.stream("Is there a cup?"):
            if getattr(chunk, "nesy", {}).get("event") == "round":
                go_on.set()
    assert go_on.is_set()


def test_models(server: Served) -> None:
    with server.openai() as client:
        assert [model.id for model in client.models.list()] == ["talking"]
        assert client.models.retrieve("talking").owned_by == "nesy"
        with pytest.raises(openai.NotFoundError, match="is not here"):
            client.models.retrieve("gpt-5")
    with pytest.raises(openai.NotFoundError):
        server.chat(model="gpt-5")


@pytest.mark.parametrize(
    ("more", "param", "says"),
    [
        ({"n": 2}, "n", "one answer"),
        ({"logprobs": True}, "logprobs", "no logprobs"),
        ({"top_logprobs": 3, "logprobs": True}, "logprobs", "no logprobs"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools", "calls no tools"),
        ({"tool_choice": "required"}, "tool_choice", "calls no tools"),
        ({"modalities": ["text", "audio"]}, "modalities", "in text"),
        ({"temperature": 3}, "temperature", "less than or equal to 2"),
        ({"messages": []}, "messages", "at least 1 item"),
        ({"messages": [{"role": "king", "content": "?"}]}, "messages.0.role", "user"),
        ({"messages": [{"role": "user", "content": "Is there a cup?"}]}, "messages", "a picture is expected"),
        ({"messages": [{"role": "system", "content": "?"}]}, "messages", "message of the user"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]},
            "messages.0.content.0",
            "text and image_url are taken",
        ),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "own"}}}, "response_format", "nesy_scene"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_field(server: Served, more: dict, param: str, says: str) -> None:
    with pytest.raises(openai.BadRequestError, match=says) as refused:
        server.chat(**more)
    assert refused.value.param == param and refused.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://example.org/cup.png", "fetches no pictures"),
        ("HTTP://169.254.169.254/latest", "fetches no pictures"),
        ("file:///etc/passwd", "reads no files"),
        ("/etc/passwd", "a data URL is expected"),
        ("data:image/png,%89PNG", "in base64"),
        ("data:image/png;base64,@@@", "no base64"),
        ("data:image/png;base64,", "empty"),
        ("data:image/png;base64,aGVsbG8=", "not an image"),
        (data_url(png()[:40]), "damaged|not an image"),
    ],
)
def test_a_picture_is_a_data_url_and_nothing_is_fetched(server: Served, url: str, says: str) -> None:
    with pytest.raises(openai.BadRequestError, match=says) as refused:
        server.chat("Is there a cup?", [url])
    assert "0x" not in str(refused.value) and "passwd" not in str(refused.value)


def test_parameters_that_ask_for_nothing_are_fine(server: Served) -> None:
    answer = server.chat(n=1, logprobs=False, stop=None, tools=[], tool_choice="none", presence_penalty=0, user="me")
    assert "not_honoured" not in answer.nesy


def test_a_model_that_fails_is_told_without_its_words() -> None:
    def reply(_: Request) -> str:
        raise broken()

    with served(TalkingModel(reply)) as running:
        with pytest.raises(openai.InternalServerError) as refused:
            running.chat()
        with pytest.raises(openai.APIError, match="its log says why"):
            list(running.stream())
    assert refused.value.status_code == 502 and "/home/me" not in str(refused.value)


def broken() -> Exception:
    from nesy.errors import ModelError

    return ModelError("/home/me/weights: cannot be read")


def test_a_fault_of_the_server_is_told_without_a_traceback() -> None:
    def reply(_: Request) -> str:
        raise KeyError("/home/me/secret")

    with served(TalkingModel(reply)) as running, pytest.raises(openai.InternalServerError) as refused:
        running.chat()
    assert refused.value.status_code == 500
    assert "secret" not in str(refused.value) and "Traceback" not in str(refused.value)


def test_a_model_whose_replies_cannot_be_read() -> None:
    unread = pytest.raises(openai.InternalServerError, match="no reply that could be read")
    with served(TalkingModel(lambda _: '{"entities": 3}')) as running, unread:
        running.chat("Describe it.")


def test_a_stream_that_fails_midway_says_so() -> None:
    begun = threading.Event()

    def reply(request: Request) -> str:
        if request.kind == "describe":
            return ODD
        begun.wait()  # one that fails before the first chunk is told by its status
        raise broken()

    with served(TalkingModel(reply)) as running:
        chunks = running.stream("Describe it.")
        assert next(chunks).choices[0].delta.role == "assistant"
        begun.set()
        with pytest.raises(openai.APIError, match="its log says why"):
            list(chunks)


def test_eight_at_once_get_their_own_answers() -> None:
    """All eight descriptions are in flight together before any is answered."""
    together = threading.Barrier(8)

    def reply(request: Request) -> str:
        if request.kind == "describe":
            together.wait()
            return CUP
        return json.dumps({"answer": request.question})

    questions = [f"Is there a cup with {number} legs?" for number in range(8)]
    got: dict[str, str] = {}
    with served(TalkingModel(reply), Limits(concurrency=8)) as running:
        ask = [
            threading.Thread(target=lambda q=question: got.update({q: running.chat(q).choices[0].message.content}))
            for question in questions
        ]
        for thread in ask:
            thread.start()
        for thread in ask:
            thread.join()
    assert got == {question: question for question in questions}


def test_a_model_of_one_thread_is_asked_one_request_at_a_time() -> None:
    model = TalkingModel(takes_threads=False)
    got: list[str] = []
    with served(model, Limits(concurrency=8)) as running:
        ask = [threading.Thread(target=lambda: got.append(running.chat().nesy["wanted"])) for _ in range(4)]
        for thread in ask:
            thread.start()
        for thread in ask:
            thread.join()
    assert got == ["question"] * 4 and model.most_at_once == 1
    assert model.kinds == ["describe", "correct", "ask"] * 4, "a request is done before the next begins"
