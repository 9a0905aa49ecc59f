"""Statements about drawings are asked in training in the words of the loop, and learnt from."""

from collections import Counter
from itertools import islice
from random import Random

from lab.training.batches import Drawn
from lab.training.embedded_tokenizer import build
from lab.training.verify_turns import TURNS, WRONG, verify_turns
from nesy.image import Image
from nesy.loop.readings import looking
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.perception.reply_format import write_box
from nesy.scene import in_words
from nesy.synthetic import draw
from nesy.synthetic.statements import statements
from tests.lab.test_training import SMALL

ONTOLOGY = Ontology.default()


def test_a_turn_in_training_is_that_of_the_loop() -> None:
    asked, answers, off = Counter[bool](), Counter[tuple[bool, str]](), 0
    for index in range(60):
        drawing = draw(7, index)
        image = Image.from_pixels(drawing.image)
        told = {in_words(s.claim): s for s in statements(drawing.scene, Random(index), ONTOLOGY, TURNS)}
        turns = verify_turns(drawing, image, Random(index), ONTOLOGY)
        assert len(turns) == len(told)
        for prompt, answer in turns:
            *shown, question = prompt.splitlines()
            words, polarity = question.rsplit(": ", 1)
            stated = told[words]
            negated = polarity == "wrong?"
            request = looking(image, stated.claim, stated.entities, negated=negated)
            exact = [f"{e.id} {write_box(e.box)}" for e in stated.entities if e.box is not None]
            assert render(request, "compact") == "\n".join([*exact, question])
            assert [line.split(" ")[0] for line in shown] == [e.id for e in stated.entities]
            off += shown != exact
            assert answer == ("yes" if stated.true != negated else "no")
            asked[negated] += 1
            answers[negated, answer] += 1
    assert off > 100
    assert 0.8 * WRONG < asked[True] / asked.total() < 1.2 * WRONG
    for negated in (False, True):
        assert 0.4 < answers[negated, "yes"] / asked[negated] < 0.6


def test_batches_of_statements_are_learnt_from() -> None:
    words = build()
    batch = next(iter(Drawn(words, SMALL, seed=1, first=0, batch=4, verified=1.0)))
    for labels in batch.labels:
        said = words.decode([i for i in labels if i >= 0]).split("<|im_end|>")
        assert set(said) <= {"yes", "no", ""}
    some = Drawn(words, SMALL, seed=1, first=0, batch=4, verified=0.5)
    kinds = Counter(
        "true?" in words.decode(ids) or "wrong?" in words.decode(ids) for b in islice(some, 4) for ids in b.ids
    )
    assert set(kinds) == {True, False}
