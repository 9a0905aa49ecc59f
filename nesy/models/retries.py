"""What a server answered, and how often -> how long to wait before it is asked again, or None to give up."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_TRIES = 4
"""Requests of one turn, the first included."""
LONGEST_S = 60.0
"""A server that wants a longer pause than this is not waited for."""
_FIRST_S = 0.5


def wait_s(status: int | None, retry_after: str, tried: int, now: datetime | None = None) -> float | None:
    """Return how many seconds to wait before the next try; None where another would not help.

    Asked again is what may pass by itself: too many requests (429), an error of the server's own (5xx), and a
    connection that is lost. The pause is the server's where it names one, else it doubles.

    >>> wait_s(429, "7", tried=1), wait_s(503, "", tried=2), wait_s(500, "", tried=4), wait_s(404, "", tried=1)
    (7.0, 1.0, None, None)

    Args:
        status: of HTTP; None: the connection was lost.
        retry_after: the header as it came: seconds, a date, or nothing of use.
        tried: how often the request was sent, from 1.
        now: the time; that of the clock where left out.
    """
    passes = status is None or status == 429 or 500 <= status < 600
    if not passes or tried >= MOST_TRIES:
        return None
    asked = asked_pause_s(retry_after, now)
    pause = _FIRST_S * 2 ** (tried - 1) if asked is None else asked
    return pause if pause <= LONGEST_S else None


def asked_pause_s(retry_after: str, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for, at least 0; None where it says nothing of use."""
    given = retry_after.strip()
    try:
        seconds = float(given)
    except ValueError:
        try:
            date = parsedate_to_datetime(given)
        except (ValueError, TypeError, OverflowError):
            return None
        zoned = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        return max(0.0, (zoned - (now or datetime.now(UTC))).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
