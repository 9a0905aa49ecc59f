"""Captions and descriptions with graphs by people -> results/language.json: how well the shipped parser reads them.

`python -m lab.caption_scores` measures FACTUAL's held-out images and its dev part, DiscoSG's long
descriptions, the treebank's test part, and the speed on one core. FACTUAL's graphs are compared in their plain form.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, tee
from pathlib import Path
from typing import Any

from rich.console import Console

from lab.training.language.caption_graphs import Caption, captions, read_tuples
from lab.training.language.treebank import examples
from lab.training.language.wordnet import wordnet
from nesy.errors import InputError
from nesy.experiments.commit import commit
from nesy.experiments.datasets import data_folder
from nesy.experiments.scoring.caption_graph import told_graph
from nesy.experiments.scoring.graph_match import Graph, score_graphs
from nesy.language.annotator import load, model_folder
from nesy.language.parsing import parse_many
from nesy.language.scene_parser import mention_graphs

RESULTS = Path("results/language.json")

Parse = Callable[[Iterable[str]], Iterator[Graph]]


def sentence_wise(texts: Iterable[str]) -> Iterator[Graph]:
    """Yield the graph of each text by the scene parser alone: things of one name are one thing."""
    docs = load().pipe(texts, batch_size=128)
    while some := list(islice(docs, 128)):
        yield from (graph.tuples() for graph in mention_graphs(some))


def whole(texts: Iterable[str]) -> Iterator[Graph]:
    """Yield the graph of the scene that `nesy.parse` makes of each text: identity, counts, negation, worth and all."""
    given, again = tee(texts)
    return map(told_graph, parse_many(given), again)


def held_out(data: Path) -> list[Caption]:
    """Return the captions of FACTUAL's train part whose images the parser never saw."""
    return [caption for caption in captions(data / "factual" / "random_train.csv") if caption.held_out]


def descriptions(data: Path) -> list[Caption]:
    """Return DiscoSG's long descriptions, in the order of the file.

    Raises:
        InputError: the file cannot be read.
    """
    path = data / "discosg" / "human_train_300.jsonl"
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return [Caption(str(number), row["caption"], read_tuples(row["scene_graph"])) for number, row in enumerate(rows)]


def compare(given: Sequence[Caption], parse: Parse, data: Path) -> dict[str, float]:
    """Parse the texts and score their graphs."""
    made = parse(" ".join(caption.text.split()) for caption in given)
    pairs = zip(made, (caption.tuples for caption in given), strict=True)
    return score_graphs(pairs, wordnet(data / "factual").synonyms).to_json()


def speed(given: Sequence[Caption]) -> dict[str, float]:
    """Return captions per second of processor time, from text to graph and from text to scene; loading left out."""
    texts = [" ".join(caption.text.split()) for caption in given]
    found = {}
    for name, parse in (("graphs_per_s", sentence_wise), ("scenes_per_s", whole)):
        for _ in parse(texts[:50]):
            pass
        started = time.process_time()
        for _ in parse(texts):
            pass
        found[name] = round(len(texts) / (time.process_time() - started), 1)
    return found


def annotation(data: Path, part: str = "test", limit: int | None = None) -> dict[str, float]:
    """Return how much of the treebank's annotation comes out right, in percent; gold sentences, our own tokens."""
    nlp = load()
    with nlp.select_pipes(disable=["sentencizer"]):
        scores = nlp.evaluate(examples(data / "ud_ewt" / f"en_ewt-ud-{part}.conllu", nlp)[:limit])
    names = {
        "tag": "tag_acc", "upos": "pos_acc", "morph": "morph_acc", "lemma": "lemma_acc",
        "uas": "dep_uas", "las": "dep_las",
    }  # fmt: skip
    return {name: round(100 * scores[key], 1) for name, key in names.items()}


def model_size() -> float:
    """Return the size of the shipped weights and tables in MB."""
    return round(sum(path.stat().st_size for path in model_folder().rglob("*") if path.is_file()) / 1e6, 2)


def measure(data: Path) -> dict[str, Any]:
    """Measure everything; the numbers are percentages where no unit is named."""
    factual = held_out(data)
    long = descriptions(data)
    return {
        "annotation_ewt_test": annotation(data),
        "speed_one_core": speed(factual),
        "factual_held_out": compare(factual, sentence_wise, data),
        "factual_dev": compare(list(captions(data / "factual" / "random_dev.csv")), sentence_wise, data),
        "factual_held_out_scenes": compare(factual, whole, data),
        "discosg_sentence_wise": compare(long, sentence_wise, data),
        "discosg_scenes": compare(long, whole, data),
        "model_mb": model_size(),
    }


def main() -> None:
    """Parse the command line, measure, write and print the results."""
    parser = argparse.ArgumentParser(prog="python -m lab.caption_scores", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="the folder of all data sets")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    found = {"command": "python -m lab.caption_scores", "commit": commit()} | measure(data_folder(arguments.data))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    Console().print_json(data=found)


if __name__ == "__main__":
    main()
