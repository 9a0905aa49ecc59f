"""A video analysis -> a readable account for a terminal: what was found, asked and mended, and what is so when."""

from collections.abc import Iterable

from rich.text import Text

from nesy.rendering.account import line, usage_words
from nesy.scene import in_words
from nesy.video.temporal_check import TemporalFinding
from nesy.video.timed_life import edit_words, frames_words, lastings, not_taken, says, span, when
from nesy.video.video_analysis import FrameQuestion, VideoAnalysis

_HAPPENS = {"appear": "appears", "vanish": "vanishes"}
_COLOURS = {"violation": "red", "warning": "yellow", "info": "cyan"}


def video_account(analysis: VideoAnalysis) -> Text:
    """Tell an analysis of a clip; `nesy explain` tells each claim, and `frames` in JSON each frame."""
    out, timeline = Text(), analysis.timeline
    line(out, analysis.name, "bold")
    shown = ", ".join(f"{frame.time_s:g}" for frame in timeline.frames)
    looked = f"{len(timeline.frames)} of {analysis.all_frames} frames"
    line(out, f"  clip   {analysis.duration_s:g} s, {looked}, at {shown} s")
    line(out, f"  model  {analysis.model.id}")
    for unread in analysis.unread:
        line(out, f"  left out, for no reply could be read: {unread}", "yellow")
    line(out, "what the frames say one by one, over time", "bold")
    _findings(out, analysis.found)
    for question in analysis.questions:
        _question(out, analysis, question)
    if analysis.edits:
        line(out, "mended by what most frames around say", "bold")
        for edit in analysis.edits:
            line(out, f"  {when(analysis, edit.frame):>8}  {edit_words(edit)}: {edit.reason}")
    line(out, "what is followed", "bold")
    for track in timeline.tracks:
        first, last = track.frames[0], track.frames[-1]
        told = f"from {timeline.frames[first].time_s:g} s to {timeline.until_s(last):g} s"
        line(out, f"  {track.id}  {track.category.replace('_', ' ')}, {told}, {frames_words(track)}")
    line(out, "what is so, and when", "bold")
    for lasting in lastings(timeline):
        sure = "" if lasting.confidence is None else f"  {lasting.confidence:.2f}"
        line(out, f"  {lasting.id}  {says(lasting)} {span(lasting)}{sure}")
    for event in timeline.events:
        line(out, f"  {event.track} {_HAPPENS[event.kind]} at {event.time_s:g} s")
    for count in timeline.counts:
        numbers = " ".join("-" if value is None else str(value) for value in count.values)
        line(out, f"  {count.category.replace('_', ' ')}: {numbers}")
    line(out, f"usage: {usage_words(analysis.usage)}")
    left = ", ".join(_counted(analysis.findings)) or "no finding"
    if analysis.why_unknown:
        line(out, f"unknown: {analysis.why_unknown}; {left} over time", "bold yellow")
    else:
        word, style = ("consistent", "bold green") if analysis.consistent else ("inconsistent", "bold red")
        line(out, f"{word}: {left} over time", style)
    _findings(out, analysis.findings)
    return out


def _question(out: Text, analysis: VideoAnalysis, question: FrameQuestion) -> None:
    line(out, f"frame {question.frame} at {when(analysis, question.frame)}: the model looks again", "bold")
    answers = {answer.claim: answer.answer for answer in question.round.answers}
    proposed = {claim.id: claim for claim in question.proposed}
    for asked in question.round.asked:
        how = " (said around it)" if asked.claim in proposed else ""
        answer = answers.get(asked.claim, "no answer") + not_taken(question, asked.claim)
        line(out, f"  {asked.text}{how}: {answer}")
    for gone in question.round.withdrawn:
        line(out, f"  withdrawn: {in_words(gone.was)}")


def _findings(out: Text, findings: Iterable[TemporalFinding]) -> None:
    told = False
    for finding in findings:
        told = True
        line(out, f"  {finding.severity:<9}  {finding.message}", _COLOURS[finding.severity])
    if not told:
        line(out, "  nothing odd")


def _counted(findings: Iterable[TemporalFinding]) -> list[str]:
    numbers = {severity: sum(one.severity == severity for one in findings) for severity in _COLOURS}
    return [f"{n} {kind}{'' if n == 1 or kind == 'info' else 's'}" for kind, n in numbers.items() if n]
