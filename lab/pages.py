"""A page with marks and a text -> the page with the text between its marks."""

import re

from nesy.errors import InputError


def insert(page: str, name: str, text: str, where: str) -> str:
    """Return a page with `text` between the marks `<!-- NAME: written by ... -->` and `<!-- end of NAME -->`.

    Args:
        page: in Markdown.
        name: of the marks.
        text: what stands between them.
        where: the page's path, for the message.

    Raises:
        InputError: the page does not have the marks.
    """
    begin, end = rf"<!-- {re.escape(name)}: written by [^\n]* -->\n", f"<!-- end of {re.escape(name)} -->"
    pattern = re.compile(f"({begin}).*?({end})", re.DOTALL)
    if not pattern.search(page):
        raise InputError(f"{where}: no marks <!-- {name}: written by ... --> and <!-- end of {name} -->")
    return pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page, count=1)
