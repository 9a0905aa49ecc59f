"""Treebank examples in, a small spaCy pipeline (tags, morphology, lemmas, dependencies) out."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from lab.training.language.treebank import captioned, examples, reference, sentences

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

WIDTH = 96
# What ends a sentence: captions are fragments, and a learned splitter cuts them.
_ENDS = (".", "!", "?", "…", "...", "!!", "??", "?!", "!?", "\n", "\n\n", "\n\n\n", "\r\n", "\n \n", "。", "！", "？")
# One word in captions, though the treebank's tokens split at hyphens.
_WHOLE = tuple(
    form for word in ("t-shirt", "t-shirts", "tee-shirt") for form in (word, word.capitalize(), word.upper())
)
_META = MappingProxyType(
    {
        "name": "ud_ewt",
        "description": "Tags, morphology, lemmas and dependencies, learned from UD_English-EWT",
        "license": "CC BY-SA 4.0",
        "spacy_version": ">=3.8.0,<3.9.0",  # spaCy warns where a pipeline names a later patch than is installed
    }
)


@dataclass(frozen=True)
class Schedule:
    """How the annotation is learned.

    Args:
        steps: batches in all.
        words: words in a batch at the end; it starts with a quarter.
        every: steps between two checkpoints.
        rate: the highest learning rate of Adam; it falls linearly to a tenth.
    """

    steps: int = 5000
    words: int = 800
    every: int = 500
    rate: float = 0.0015
    dropout: float = 0.1
    seed: int = 1


def blank() -> Language:
    """Return the untrained pipeline: one shared encoder (hashed word forms, four convolutions) and its readers."""
    import spacy
    from spacy.tokenizer import Tokenizer

    nlp = spacy.blank("en", meta=dict(_META))
    tokenizer = nlp.tokenizer
    assert isinstance(tokenizer, Tokenizer)
    for form in _WHOLE:
        tokenizer.add_special_case(form, [{"ORTH": form}])
    nlp.add_pipe("sentencizer", config={"punct_chars": list(_ENDS)})
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}
    nlp.add_pipe(
        "tok2vec",
        config={
            "model": {
                "@architectures": "spacy.Tok2Vec.v2",
                "embed": {
                    "@architectures": "spacy.MultiHashEmbed.v2",
                    "width": WIDTH,
                    "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                    "rows": [6000, 500, 2000, 200],
                    "include_static_vectors": False,
                },
                "encode": {
                    "@architectures": "spacy.MaxoutWindowEncoder.v2",
                    "width": WIDTH,
                    "depth": 4,
                    "window_size": 1,
                    "maxout_pieces": 3,
                },
            }
        },
    )
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": listener, "nO": None}
    nlp.add_pipe("tagger", config={"model": tagger})
    nlp.add_pipe("morphologizer", config={"model": tagger})
    nlp.add_pipe("trainable_lemmatizer", name="lemmatizer", config={"model": tagger, "min_tree_freq": 3, "top_k": 3})
    nlp.add_pipe(
        "parser",
        config={
            "model": {
                "@architectures": "spacy.TransitionBasedParser.v2",
                "state_type": "parser",
                "extra_state_tokens": False,
                "hidden_width": 128,
                "maxout_pieces": 2,
                "use_upper": True,
                "nO": None,
                "tok2vec": listener,
            }
        },
    )
    return nlp


def _batches(lines: list[list[list[str]]], nlp: Language, words: int, draw: random.Random) -> Iterator[list[Example]]:
    """Yield one pass over the treebank in batches of about so many words, some sentences as captions."""
    from spacy.training import Example

    order = draw.sample(range(len(lines)), len(lines))
    batch: list[Example] = []
    size = 0
    for index in order:
        chosen, lower = captioned(lines[index], draw) if draw.random() < 0.35 else (lines[index], False)
        gold = reference(chosen, nlp, lower=lower)
        batch.append(Example(nlp.make_doc(gold.text), gold))
        size += len(gold)
        if size >= words:
            yield batch
            batch, size = [], 0


def replace_folder(nlp: Language, folder: Path) -> None:
    """Write a pipeline beside `folder` and then put it in its place: a reader never meets half of it."""
    beside = folder.with_name(folder.name + ".new")
    old = folder.with_name(folder.name + ".old")
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left_over in (beside, old):
        shutil.rmtree(left_over, ignore_errors=True)
    nlp.to_disk(beside, exclude=["lookups"])
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def train_annotation(data: Path, out: Path, model: Path, schedule: Schedule) -> None:
    """Train on UD_English-EWT, log to `out`/annotation.jsonl and write the averaged weights to `model`/ud.

    A run that was stopped goes on at its last checkpoint (weights and step; the optimizer starts afresh).

    Args:
        data: the folder of all data sets; ud_ewt/ in it is read.
        out: the folder of checkpoints.
        model: the folder of the language's weights.
        schedule: how long and how fast.
    """
    from thinc.api import Adam, fix_random_seed

    out.mkdir(parents=True, exist_ok=True)
    state = out / "annotation.json"
    done = json.loads(state.read_text())["step"] if state.exists() else 0
    fix_random_seed(schedule.seed + done)
    draw = random.Random(schedule.seed + done)
    folder = data / "ud_ewt"
    nlp = blank()
    lines = list(sentences(folder / "en_ewt-ud-train.conllu"))
    some = examples(folder / "en_ewt-ud-train.conllu", nlp)
    nlp.initialize(lambda: some)
    if done:
        nlp.from_disk(out / "annotation")
    nlp.select_pipes(disable=["sentencizer"])
    optimizer = Adam(schedule.rate, grad_clip=1.0, L2=0.01, L2_is_weight_decay=True, use_averages=True)
    dev = examples(folder / "en_ewt-ud-dev.conllu", nlp)
    started = time.time()
    losses: dict[str, float] = {}
    step = done
    while step < schedule.steps:
        words = round(schedule.words * min(1.0, 0.25 + 1.5 * step / schedule.steps))
        for batch in _batches(lines, nlp, words, draw):
            optimizer.learn_rate = (
                schedule.rate * max(0.1, 1 - 0.9 * step / schedule.steps) * min(1.0, (step - done + 1) / 200)
            )
            nlp.update(batch, sgd=optimizer, drop=schedule.dropout, losses=losses)
            step += 1
            if step % schedule.every == 0 or step == schedule.steps:
                with nlp.use_params(optimizer.averages):
                    scores = nlp.evaluate(dev[:800])
                    replace_folder(nlp, out / "annotation")
                    nlp.enable_pipe("sentencizer")
                    replace_folder(nlp, model / "ud")
                    nlp.disable_pipe("sentencizer")
                state.write_text(json.dumps({"step": step, **asdict(schedule)}))
                names = ("tag_acc", "pos_acc", "morph_acc", "lemma_acc", "dep_uas", "dep_las")
                row = {"step": step, "s": round(time.time() - started)} | {n: round(scores[n], 4) for n in names}
                with (out / "annotation.jsonl").open("a", encoding="utf-8") as log:
                    log.write(json.dumps(row | {k: round(v) for k, v in losses.items()}) + "\n")
                losses = {}
            if step == schedule.steps:
                break
