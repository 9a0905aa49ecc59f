"""The drawn world -> the words that the embedded model has learnt to write: its vocabulary.json.

`python -m lab.training.drawn_words` writes the file anew, after each change of the drawn world. What stands in scenes
is read off drawings of the split that the model is trained on; what answers are made of, off the questions' tables.
"""

import json
from collections import defaultdict

from nesy import assets
from nesy.perception.vocabulary import Vocabulary
from nesy.synthetic import draw
from nesy.synthetic.objects import DRAW
from nesy.synthetic.referring_expressions import CATEGORIES, GERUNDS, words
from nesy.synthetic.stage import COLOURS

DRAWINGS = 400
"""Each part state of the drawn world is in several of so many pictures."""
SEED = 1
_SMALL = "a an the in and yes no nobody nothing"
_MOST = 20
"""The largest number that is one token."""


def vocabulary() -> Vocabulary:
    """Return every word of the drawn world, sorted."""
    states: dict[str, set[str]] = defaultdict(set)
    for index in range(DRAWINGS):
        for state in draw(SEED, index).scene.part_states:
            states[state.part].add(state.state)
    phrases = (*map(words, CATEGORIES), *GERUNDS.values(), *COLOURS, _SMALL)
    return Vocabulary(
        categories=tuple(sorted(("person", *DRAW))),
        attributes=tuple(sorted(COLOURS)),
        part_states={part: tuple(sorted(found)) for part, found in sorted(states.items())},
        predicates=tuple(sorted(GERUNDS)),
        reasons=tuple(sorted((*GERUNDS, "left_of", "right_of"))),
        answers=(*sorted({word for phrase in phrases for word in phrase.split()}), *map(str, range(_MOST + 1))),
    )


def written() -> str:
    """Return the text of vocabulary.json."""
    return json.dumps(vocabulary().model_dump(mode="json"), indent=1) + "\n"


if __name__ == "__main__":
    (assets.embedded_model() / "vocabulary.json").write_text(written(), encoding="utf-8")
