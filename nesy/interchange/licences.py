"""A licence as people write it -> its address."""

import re

from nesy.errors import InputError

_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


def licence_address(licence: str) -> str:
    """Return the address of a licence: as it is given, or that of SPDX where it is an identifier of theirs.

    >>> licence_address("CC-BY-4.0"), licence_address("https://example.org/terms")
    ('https://spdx.org/licenses/CC-BY-4.0', 'https://example.org/terms')

    Raises:
        InputError: it is neither an address nor looks like an identifier.
    """
    if re.fullmatch(r"https?://[^\s<>\"]+", licence):
        return licence
    if _SPDX.fullmatch(licence):
        return f"https://spdx.org/licenses/{licence}"
    raise InputError(
        f"--license {licence!r}: an identifier of SPDX (CC-BY-4.0) or an address (https://...) is expected"
    )
