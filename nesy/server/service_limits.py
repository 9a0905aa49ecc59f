"""What a server gives a request at most, and who may ask."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How large a request may be, how long it may take, and how many may wait."""

    megabytes: float = 20.0
    """Of a request's body, in 10^6 bytes."""
    megapixels: float = 50.0
    """Of a picture, in 10^6 pixels; `nesy.image` has a limit of its own above that."""
    seconds: float = 600.0
    """From a request's arrival to its answer, waiting included."""
    body_seconds: float = 20.0
    """That a body may take beyond what `body_pace` allows; who sends a byte a second is refused then."""
    body_pace: float = 10_000.0
    """Bytes a second at which it has to come on the whole."""
    concurrency: int = 1
    """Requests that are worked on side by side, where several threads may ask the model; else they take turns."""
    waiting: int = 16
    """Requests that wait for their turn, at most; a further one is told to come again."""

    @property
    def most_bytes(self) -> int:
        """`megabytes` in bytes."""
        return int(self.megabytes * 1e6)

    @property
    def most_pixels(self) -> int:
        """`megapixels` in pixels."""
        return int(self.megapixels * 1e6)


@dataclass(frozen=True)
class Access:
    """Who may ask."""

    token: str | None = None
    """What `Authorization: Bearer` has to hold; None: nothing is asked for."""
    hosts: tuple[str, ...] | None = None
    """The names, without a port, that `Host` may hold; None: any. A page on the web that has its own name point to
    127.0.0.1 is kept out so."""
    origins: tuple[str, ...] = ()
    """Origins of pages in a browser that may ask, beside the server's own."""
