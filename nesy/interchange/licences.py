"""A licence as people write it -> its address."""

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from nesy.errors import InputError


def licence_address(licence: str) -> str:
    """Return the address of a licence: as it is given, or that of SPDX where it is an identifier of their list.

    >>> licence_address("cc-by-4.0"), licence_address("https://example.org/terms")
    ('https://spdx.org/licenses/CC-BY-4.0', 'https://example.org/terms')

    Raises:
        InputError: it is neither an address nor one identifier of the list.
    """
    if re.fullmatch(r"https?://[^\s<>\"]+", licence):
        return licence
    try:
        listed = canonicalize_license_expression(licence)
    except InvalidLicenseExpression:
        listed = None
    if listed is None or " " in listed or listed.startswith("LicenseRef-"):
        raise InputError(
            f"--license {licence!r}: an identifier of SPDX's list (CC-BY-4.0, CC0-1.0, MIT) or an address "
            "(https://...) is expected"
        )
    return f"https://spdx.org/licenses/{listed}"
