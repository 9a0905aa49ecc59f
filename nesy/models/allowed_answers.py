"""A server's yes or no, and the tokens that could have stood there -> how probable it is among these two answers.

A server's probabilities are mostly those before the grammar: of all tokens, not of those that were allowed. What is
allowed is known in full for yes and no alone, and there it can be made good.
"""

import re
from collections.abc import Mapping, Sequence

from nesy.turns import Reply, Token

_WORD = re.compile(r"yes|no", re.IGNORECASE)


def among_yes_and_no(reply: Reply, others: Sequence[Mapping[str, float]], *, exact: bool) -> Reply:
    """Return the reply with the probability of its yes or no among the two, where the server told enough for that.

    The first token of the word tells them apart; what follows in it is certain then. An answer that is not among the
    likeliest tokens counts as impossible.

    >>> said = Reply(text="yes", tokens=(Token(text="yes", probability=0.3),))
    >>> round(among_yes_and_no(said, [{"yes": 0.3, "no": 0.1, "The": 0.5}], exact=True).tokens[0].probability, 2)
    0.75

    Args:
        reply: to a statement.
        others: for each of its tokens what could have stood there; see `completion.alternatives`.
        exact: whether the server holds to the letters: then `Yes` is not allowed where `yes` is.
    """
    found = _WORD.search(reply.text)
    if found is None or len(others) < len(reply.tokens):
        return reply
    starts = [0]
    for token in reply.tokens:
        starts.append(starts[-1] + len(token.text))
    touched = [i for i in range(len(reply.tokens)) if starts[i] < found.end() and starts[i + 1] > found.start()]
    if not touched:
        return reply
    lead = reply.text[starts[touched[0]] : found.start()]
    mass = {"yes": 0.0, "no": 0.0}
    for piece, share in others[touched[0]].items():
        word = _meant(piece, lead, exact=exact)
        if word:
            mass[word] += share
    total = sum(mass.values())
    if not total:
        return reply
    sure = mass[found[0].lower()] / total
    tokens = list(reply.tokens)
    for i in touched:
        tokens[i] = Token(text=tokens[i].text, probability=sure if i == touched[0] else 1.0)
    return reply.model_copy(update={"tokens": tuple(tokens)})


def _meant(piece: str, lead: str, *, exact: bool) -> str:
    """Return which of the two words a token begins or holds; empty: neither.

    >>> [_meant(piece, '"', exact=True) for piece in ('"yes"', '"n', '"not', "yes", '"Yes')]
    ['yes', 'no', '', '', '']
    """
    if not piece.startswith(lead):
        return ""
    rest = piece[len(lead) :] if exact else piece[len(lead) :].lower()
    for word in ("yes", "no"):
        if rest and (word.startswith(rest) or (rest.startswith(word) and not rest[len(word) :][:1].isalnum())):
            return word
    return ""
