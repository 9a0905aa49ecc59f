"""How long a request has: from its arrival on, the reading of its body included."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nesy.server.refusal import Refusal
from nesy.server.service_limits import Limits


@asynccontextmanager
async def deadline_of(limits: Limits) -> AsyncIterator[float]:
    """Give the moment, by the event loop's clock, at which the time of a request is over; its body is read within.

    Raises:
        Refusal: the body has not come by then (408).
    """
    deadline = asyncio.get_running_loop().time() + limits.seconds
    try:
        async with asyncio.timeout_at(deadline):
            yield deadline
    except TimeoutError:
        raise Refusal(408, "the body did not come in time", "timeout") from None
