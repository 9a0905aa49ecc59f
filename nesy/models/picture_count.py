"""How many tokens a server counted in a prompt -> whether the picture can be among them.

Several servers drop a picture without a word where its key or the form of its message is off; what they then describe
was never seen. The words alone tell how many tokens they take within wide bounds; where these leave a doubt, the server
counts the words alone, once, in a request without the picture.
"""

import threading
from collections.abc import Callable

LEAST_PER_BYTE, MOST_PER_BYTE = 1 / 6, 1 / 2
"""Tokens that words take: of English with JSON in it tokenizers make one a 3 to 4.5 bytes."""
LEAST_TOKENS = 4
"""Of a picture: Qwen2-VL's for one of 56 x 56 pixels or less; other families give it 64 to several thousand."""


class PictureCount:
    """Whether pictures are seen by a server; several threads may share one.

    Args:
        count: the tokens of some words without a picture, 0 where the server does not say.
    """

    def __init__(self, count: Callable[[str], int]) -> None:
        self._count = count
        self._words: dict[str, int] = {}
        self._lock = threading.Lock()

    def unseen(self, counted: int, words: str) -> str:
        """Return why a picture was not seen, on one line; empty where it may have been, or the server does not count.

        Args:
            counted: tokens of the prompt, with the picture.
            words: what stood beside it.
        """
        size = len(words.encode())
        if not counted or counted >= size * MOST_PER_BYTE + LEAST_TOKENS:
            return ""
        if counted < size * LEAST_PER_BYTE + LEAST_TOKENS:
            return _told(f"{counted} tokens in a prompt of {size} bytes and a picture, which is too few for both")
        with self._lock:  # asked once, whoever comes first
            if words not in self._words:
                self._words[words] = self._count(words)
        alone = self._words[words]
        if not alone or counted >= alone + LEAST_TOKENS:
            return ""
        return _told(f"{counted} tokens in a prompt with the picture, and {alone} in the same without one")


def _told(what: str) -> str:
    return f"the server did not see the picture: it counts {what}; does the model take images there?"
