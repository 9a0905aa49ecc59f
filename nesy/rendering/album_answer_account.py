"""An answered question about several pictures -> a readable account for a terminal."""

from rich.text import Text

from nesy.answering.album_answer import AlbumAnswer
from nesy.rendering.account import finding_line, line, usage_words
from nesy.rendering.album_account import album_summary

_HOW = {
    True: "from the checked lists of the pictures",
    False: "by the model, unchecked: no list can answer this",
}


def album_answer_account(answer: AlbumAnswer) -> Text:
    """Tell an answer, how it was come by, what it rests on, and what the model says of it."""
    out = Text()
    for number, picture in enumerate(answer.album.pictures, start=1):
        line(out, f"{number}  {picture.image.name}", "bold")
    out.append_text(album_summary(answer.album))
    out.append("\n")
    line(out, f"question  {answer.question}")
    line(out, f"answer: {answer.answer or '(none)'}", "bold")
    line(out, f"  {_HOW[answer.listed]}")
    if answer.reasons:
        line(out, f"  rests on  {', '.join(answer.reasons)}")
    if answer.listed and answer.said is not None:
        before = "" if answer.first_said is None else f', after "{answer.first_said}"'
        line(out, f'  the model, shown all pictures, says "{answer.said}"{before}')
    for finding in answer.findings:
        line(out, *finding_line(finding))
    line(out, f"usage: {usage_words(answer.album.usage + answer.usage)}")
    if answer.agrees is False:
        line(out, "the model and the lists disagree; the answer is that of the lists", "bold yellow")
    return out
