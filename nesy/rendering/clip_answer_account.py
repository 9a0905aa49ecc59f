"""An answer about a clip -> a readable account for a terminal, as rich text without markup."""

from rich.text import Text

from nesy.rendering.account import line, told_only, usage_words
from nesy.rendering.answer_account import STOPPED, claim_words, tell_turns
from nesy.video.clip_answer import ClipAnswer
from nesy.video.timed_life import lastings, says, span

_MOST_TIMES = 12


def clip_answer_account(answer: ClipAnswer) -> Text:
    """Tell how an answer about a clip came about, what the timeline says of it, and what it rests on."""
    out = Text()
    line(out, answer.name, "bold")
    line(out, f"  model     {answer.model.id}")
    line(out, f"  question  {answer.question}")
    line(out, f"  clip      {_clip(answer)}")
    listed: dict[str, str] = {}
    if answer.timeline is not None:
        tracks = answer.timeline.tracks
        line(out, f"  followed  {', '.join(track.id for track in tracks) or 'nothing'}")
        listed = {track.id: f"{track.id} is a {track.category.replace('_', ' ')}" for track in tracks}
        listed |= {one.id: f"{says(one)} {span(one)}" for one in lastings(answer.timeline)}
    if answer.unasked:
        line(out, f"  unasked   {answer.unasked}; the timeline answers", "yellow")
    if answer.listed is not None:
        line(out, f"  listed    {answer.listed}")
    if answer.turns:
        tell_turns(out, answer.turns, answer.kept_turn, answer.claims, answer.findings, listed)
    else:
        line(out, f"answer: {answer.answer}", "bold")
        for claim in answer.claims:
            line(out, f"  rests on  {claim_words(claim, listed)}")
    if answer.turns:
        left = told_only(answer.findings) if answer.stop_reason in ("consistent", "unchecked") else ""
        line(out, f"stopped: {STOPPED[answer.stop_reason]}{left} ({answer.stop_reason})")
    line(out, f"usage: {usage_words(answer.usage)}")
    if answer.why_unknown:
        line(out, f"unknown: {answer.why_unknown}", "bold yellow")
    elif not answer.checked:
        line(out, "not checked", "bold yellow")
    elif answer.consistent:
        line(out, "consistent", "bold green")
    else:
        line(out, "inconsistent: the answer and the timeline disagree; neither is preferred", "bold red")
    return out


def _clip(answer: ClipAnswer) -> str:
    told = f"{answer.duration_s:g} s"
    if not answer.shown_s:
        return told
    times = [f"{at:g}" for at in answer.shown_s]
    some = times if len(times) <= _MOST_TIMES else [*times[: _MOST_TIMES - 2], "...", times[-1]]
    return f"{told}, {len(times)} frames in one turn, at {', '.join(some)} s"
