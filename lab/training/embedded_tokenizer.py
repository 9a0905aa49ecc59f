"""words.txt -> the embedded model's tokenizer: whole fragments of the wire format and whole words, else bytes.

A byte-level vocabulary without merges: a regular expression cuts text into known fragments, longest first, each one
token; everything else falls back to its UTF-8 bytes, so that any text at all can be encoded and decoded. An entity
of a reply costs ten tokens.
"""

import re
from importlib.resources import files

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

END, START, STOP, IMAGE = "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>"

_FRAGMENTS = (
    '{"entities":[{"id":"',
    '{"entities":[],"part_states":[],"relations":[],"counts":[]}',
    '","box":[',
    '],"attributes":["',
    '],"attributes":[]},{"id":"',
    '"]},{"id":"',
    '"]}],"part_states":[{"entity":"',
    '"]}],"part_states":[],"relations":[{"subject":"',
    '"]}],"part_states":[],"relations":[],"counts":[{"category":"',
    '","part":"',
    '","state":"',
    '","object":"',
    '"},{"entity":"',
    '"}],"relations":[{"subject":"',
    '"}],"relations":[],"counts":[{"category":"',
    '","predicate":"',
    '"},{"subject":"',
    '"}],"counts":[{"category":"',
    '"}],"counts":[]}',
    '","value":',
    '},{"category":"',
    "}]}",
    '"}',
    "user\n",
    "assistant\n",
    " [",
    "]\n",
    ". ",
    " (",
    ", ",
    ")\n",
)

_ANSWER_FRAGMENTS = (
    '{"answer":"',
    '","because":[]}',
    '","because":[{"subject":"',
    '"}]}',
    "]\nQuestion: ",
    "\nNote: ",
    "Question: ",
    "?",
    "?\n",
)


def vocabulary() -> list[str]:
    """Return every fragment that is one token, bytes and special tokens aside."""
    text = (files("lab.training") / "words.txt").read_text(encoding="utf-8")
    scene, english, asked = text.split("\n\n")
    scene_words = [line for line in scene.splitlines() if not line.startswith("#")]
    steps = [f"{n / 100:.2f}" for n in range(101)]
    return list(
        dict.fromkeys(
            [
                *_FRAGMENTS,
                *(f'{{"{n}":"' if n == 1 else f'","{n}":"' for n in range(1, 21)),
                *(f"{step}," for step in steps),
                *steps,
                *(f"_{n}" for n in range(1, 21)),
                *(str(n) for n in range(21)),
                *scene_words,
                *english.split(),
                *(f" {word}" for word in english.split()),
                # From here on: what the model learnt later. The numbers of the tokens above never change.
                *_ANSWER_FRAGMENTS,
                # A word of the scene stays the one token that ids are made of, behind a blank too: what a question
                # names is then what the list of things shows.
                *(f" {word}" for word in asked.split() if word not in set(scene_words)),
                *asked.split(),
            ]
        )
    )


def build() -> PreTrainedTokenizerFast:
    """Return the tokenizer."""
    fragments = vocabulary()
    to_bytes = _byte_alphabet()
    pieces = sorted(set(to_bytes.values())) + [
        piece for piece in ("".join(to_bytes[b] for b in f.encode()) for f in fragments) if len(piece) > 1
    ]
    vocab = {piece: number for number, piece in enumerate([END, START, STOP, IMAGE, *dict.fromkeys(pieces)])}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[], ignore_merges=True))
    # A fragment that ends in a letter is a whole word: "per" is no part of "person".
    longest_first = "|".join(
        re.escape(f) + ("(?![A-Za-z])" if f[-1].isalpha() else "")
        for f in sorted(fragments, key=lambda f: (-len(f), f))
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(longest_first), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in (END, START, STOP, IMAGE)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=STOP, pad_token=END, model_max_length=4096, padding_side="right"
    )
    fast.clean_up_tokenization_spaces = False
    return fast


def _byte_alphabet() -> dict[int, str]:
    """Return the printable stand-in of every byte, as byte-level BPE writes them (Radford et al., GPT-2, 2019)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in printable}
    hidden = [byte for byte in range(256) if byte not in table]
    return table | {byte: chr(256 + place) for place, byte in enumerate(hidden)}
