"""An album -> a readable account for a terminal: each picture as ever, then what was asked and found across them."""

from rich.text import Text

from nesy.analysis import Album
from nesy.rendering.account import account, line, usage_words


def album_account(album: Album) -> Text:
    """Tell each picture's analysis, then what is the same in them, how that came about, and what is seen once."""
    out = Text()
    for number, picture in enumerate(album.pictures, start=1):
        line(out, f"picture {number}", "bold")
        out.append_text(account(picture))
        out.append("\n")
    line(out, f"{len(album.pictures)} pictures together", "bold")
    out.append_text(account(album.together))
    out.append("\n")
    out.append_text(album_summary(album))
    line(out, f"usage of all: {usage_words(album.usage)}")
    return out


def album_summary(album: Album) -> Text:
    """Tell what is the same in which pictures, with the model's confidence, and what is seen in one alone."""
    out = Text()
    line(out, "the same", "bold")
    sure = {one.subject: one.confidence for one in album.identities}
    several = [names for names in album.groups if len(names) > 1]
    for names in several:
        told = [name + ("" if sure.get(name) is None else f" ({sure[name]:.0%})") for name in names]
        line(out, "  " + " = ".join(told))
    if not several:
        line(out, "  nothing")
    for number in range(1, len(album.pictures) + 1):
        alone = [names[0] for names in album.groups if len(names) == 1 and album.things[names[0]][0] == number]
        if alone:
            line(out, f"in picture {number} alone", "bold")
            line(out, f"  {', '.join(alone)}")
    return out
