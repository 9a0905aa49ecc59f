"""Drawn scenes -> verify turns: a statement about the picture, true or false for sure, and the yes or no to learn.

Each turn is a whole one, as the loop asks it: it shows the things that its statement names, now and then with boxes a
little off, and nothing else. A statement is true as often as false, whatever its kind and whatever is asked.
"""

from random import Random

from lab.training.question_turns import nudged
from nesy.image import Image
from nesy.loop.readings import looking
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.synthetic import Drawing
from nesy.synthetic.statements import statements

TURNS = 12
"""Statements about one picture in a training sample."""
WRONG = 0.25
"""The share of turns that ask whether the statement is wrong. Asked so half the time, nothing is learnt for long: while
the picture tells a model nothing yet, yes and no come down to a parity of two things that it cannot see apart."""
OFF = 0.5
"""The share of turns whose boxes are a little off."""


def verify_turns(drawing: Drawing, image: Image, rng: Random, ontology: Ontology) -> list[tuple[str, str]]:
    """Return the words of verify turns about a drawing, and the answers to learn; at least one."""
    turns: list[tuple[str, str]] = []
    while not turns:
        for stated in statements(drawing.scene, rng, ontology, TURNS):
            entities, negated = stated.entities, rng.random() < WRONG
            if rng.random() < OFF:
                entities = tuple(e.model_copy(update={"box": nudged(e.box, rng)}) for e in entities)
            request = looking(image, stated.claim, entities, negated=negated)
            turns.append((render(request, "compact"), "yes" if stated.true != negated else "no"))
    return turns
