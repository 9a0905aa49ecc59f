"""The loop over a clip: questions about frames, the repair over a window, what is never done; scores; what is told."""

import pytest

import nesy
from nesy.errors import InputError, ReplyError
from nesy.experiments.arms.perceiver import Rates
from nesy.experiments.scoring.timeline_scores import right_lost, score_timeline, summed
from nesy.models.scripted import ScriptedModel
from nesy.perception.prompt import render
from nesy.perception.reply_format import write_scene
from nesy.rendering.clip_pictures import annotated_gif, filmstrip, write_annotated_mp4
from nesy.rendering.timeline_plot import timeline_plot
from nesy.rendering.video_account import video_account
from nesy.scene import in_words
from nesy.settings import Settings, VideoSettings
from nesy.video.clip import open_clip
from nesy.video.drawn_clip import draw_clip
from nesy.video.temporal_check import check_over_time, flickers
from nesy.video.timed_life import lives_over_time, timed_life
from nesy.video.video_analysis import VideoAnalysis
from nesy.video.video_pipeline import analyze_video
from tests.video.clips import clip_of, perceiver, scene, timeline

RIDE, FEED = ("person_1", "ride", "horse_1"), ("person_1", "feed", "horse_1")
SIT = ("person_1", "sit_on", "bench_1")
DRAWN = draw_clip(5, 0, 8)
PERFECT = Rates(hallucination=0, relation_error=0, format_error=0)


def said(scenes, answer="keep", **chosen):
    """Analyze a clip of eight frames of which a model says these scenes, and gives one answer to every question."""
    clip = clip_of(DRAWN)
    texts = {frame.image.name: write_scene(one) for frame, one in zip(clip.frames, scenes, strict=True)}

    def reply(request):
        if request.kind == "describe":
            return texts[request.image.name]
        assert request.kind == "correct"
        return "{" + ", ".join(f'"{one.number}": "{answer}"' for one in request.claims) + "}"

    settings = Settings(video=VideoSettings(every_s=0.5, **chosen))
    return analyze_video(clip, ScriptedModel(reply), settings)


def words(analysis, frame):
    return {in_words(claim) for claim in analysis.timeline.frames[frame].scene.relations}


def test_a_model_that_errs_nowhere_is_asked_nothing_and_nothing_is_mended():
    for index in range(3):
        drawn = draw_clip(9, index, 8)
        analysis = analyze_video(clip_of(drawn), perceiver(drawn, PERFECT), Settings(video=VideoSettings(every_s=0.5)))
        assert analysis.questions == analysis.edits == analysis.findings == () and analysis.consistent
        scores = score_timeline(analysis.timeline, drawn.truth)
        assert (scores.relations.f1, scores.intervals.f1, scores.mean_overlap, scores.switches) == (1.0, 1.0, 1.0, 0)


def test_a_flicker_is_asked_about_and_filled_where_the_model_says_so():
    scenes = [scene(RIDE)] * 3 + [scene()] + [scene(RIDE)] * 4
    analysis = said(scenes, mend=False)
    (question,) = analysis.questions
    assert (question.frame, [in_words(one) for one in question.proposed]) == (3, ["person_1 ride horse_1"])
    assert words(analysis, 3) == {"person_1 ride horse_1"} and analysis.findings == ()
    assert len(analysis.timeline.relations) == 1 and analysis.before.relations != analysis.timeline.relations


def test_what_the_model_denies_stays_out_of_the_frame_unless_most_frames_around_say_so():
    scenes = [scene(RIDE)] * 3 + [scene()] + [scene(RIDE)] * 4
    assert words(said(scenes, "withdraw", mend=False), 3) == set()
    assert words(said(scenes, "withdraw"), 3) == {"person_1 ride horse_1"}
    few = [scene()] * 2 + [scene(RIDE), scene(), scene(RIDE)] + [scene()] * 3
    assert words(said(few, "withdraw"), 3) == set()


def test_what_one_frame_alone_says_is_withdrawn_by_answer_or_by_the_window():
    scenes = [scene()] * 3 + [scene(FEED)] + [scene()] * 4
    for analysis in (said(scenes, "withdraw"), said(scenes, ask=False), said(scenes, "keep")):
        assert words(analysis, 3) == set() and analysis.findings == ()
    assert words(said(scenes, "keep", mend=False), 3) == {"person_1 feed horse_1"}
    assert words(said(scenes, ask=False, mend=False), 3) == {"person_1 feed horse_1"}


def test_a_wrong_word_gives_way_to_the_one_that_frames_around_say():
    scenes = [scene(RIDE)] * 3 + [scene(FEED)] + [scene(RIDE)] * 4
    analysis = said(scenes, ask=False)
    assert words(analysis, 3) == {"person_1 ride horse_1"}
    assert sorted(edit.op for edit in analysis.edits) == ["add", "withdraw"]


def test_nothing_is_invented():
    """Whatever is claimed of a frame in the end, that frame or one of its window said so."""
    for index in range(4):
        drawn = draw_clip(21, index, 12)
        analysis = analyze_video(
            clip_of(drawn), perceiver(drawn, seed=index), Settings(video=VideoSettings(every_s=0.5))
        )
        everywhere = {(one.subject, one.predicate, one.object) for one in analysis.before.relations}
        predicates = {one[1] for one in everywhere}
        assert {one.predicate for one in analysis.timeline.relations} <= predicates
        for edit in analysis.edits:
            if edit.op == "add":
                assert edit.now is not None and edit.was is None
        assert analysis.consistent


def test_who_is_in_two_places_keeps_the_claim_that_more_speaks_for():
    scenes = [scene(RIDE)] * 3 + [scene(RIDE, SIT)] + [scene(RIDE)] * 4
    analysis = said(scenes, ask=False)
    assert words(analysis, 3) == {"person_1 ride horse_1"} and analysis.consistent


def test_what_moves_too_fast_becomes_two_things_and_no_claim_is_lost():
    there = (0.75, 0.2, 0.95, 0.6)
    scenes = [scene()] * 4 + [scene(person_1=there)] * 4
    analysis = said(scenes, ask=False)
    assert [one.severity for one in analysis.found] == ["violation"] and analysis.findings == () and analysis.consistent
    assert [edit.op for edit in analysis.edits] == ["cut"]
    people = [track.frames for track in analysis.timeline.tracks if track.category == "person"]
    assert people == [(0, 1, 2, 3), (4, 5, 6, 7)]
    assert [frame.scene for frame in analysis.timeline.frames] == [frame.scene for frame in analysis.before.frames]


def test_counts_follow_a_thing_that_is_withdrawn():
    cup = (0.5, 0.4, 0.55, 0.45)
    counted = {"counts": [{"category": "cup", "value": 1}]}
    odd = nesy.Scene.model_validate({**scene(cup_1=cup).model_dump(), **counted})
    analysis = said([scene()] * 3 + [odd] + [scene()] * 4, "withdraw")
    last = analysis.timeline.frames[3].scene
    assert [entity.id for entity in last.entities if entity.category == "cup"] == [] and last.counts[0].value == 0


def test_the_loop_over_time_is_better_than_frames_one_by_one_and_harms_little():
    before, after, lost, right, flicker = [], [], 0, 0, [0, 0]
    for index in range(6):
        drawn = draw_clip(41, index, 12)
        analysis = analyze_video(clip_of(drawn), perceiver(drawn, seed=3), Settings(video=VideoSettings(every_s=0.5)))
        before.append(score_timeline(analysis.before, drawn.truth))
        after.append(score_timeline(analysis.timeline, drawn.truth))
        gone, there = right_lost(analysis.before, analysis.timeline, drawn.truth)
        lost, right = lost + gone, right + there
        flicker = [flicker[0] + flickers(analysis.found), flicker[1] + flickers(analysis.findings)]
    one, other = summed(before), summed(after)
    assert other.relations.f1 > one.relations.f1 and other.intervals.f1 > one.intervals.f1
    assert other.flickers <= one.flickers / 2 and flicker == [one.flickers, other.flickers]
    assert lost <= right / 100


def test_frames_whose_reply_cannot_be_read_are_left_out_and_named():
    clip = clip_of(DRAWN)
    text = write_scene(scene())
    wrong = {clip.frames[2].image.name}
    model = ScriptedModel(lambda request: "..." if request.image.name in wrong else text)
    analysis = analyze_video(clip, model, Settings(video=VideoSettings(every_s=0.5)))
    assert len(analysis.frames) == 7 and [line[:4] for line in analysis.unread] == ["1 s:"]
    assert [frame.time_s for frame in analysis.timeline.frames] == [0.0, 0.5, 1.5, 2.0, 2.5, 3.0, 3.5]
    with pytest.raises(ReplyError):
        analyze_video(clip, ScriptedModel(lambda request: "..."))


def test_a_model_that_takes_words_may_be_told_what_the_frame_before_shows():
    clip, prompts = clip_of(DRAWN), []

    def reply(request):
        prompts.append(render(request, "full"))
        assert render(request, "compact") == "Describe the scene."  # the embedded model has not learnt to be told
        return write_scene(scene(RIDE))

    settings = {"every_s": 0.5, "ask": False}
    analyze_video(clip, ScriptedModel(reply), Settings(video=VideoSettings(context=True, **settings)))
    assert "A moment before" not in prompts[0]
    assert all("A moment before it was so, and may have changed: person_1 ride horse_1" in one for one in prompts[1:])
    prompts.clear()
    analyze_video(clip, ScriptedModel(reply), Settings(video=VideoSettings(**settings)))
    assert not any("A moment before" in one for one in prompts)


def test_an_analysis_is_read_back_and_told():
    scenes = [scene(RIDE)] * 3 + [scene()] + [scene(RIDE)] * 4
    analysis = said(scenes)
    assert VideoAnalysis.from_json(analysis.to_json()) == analysis
    told = video_account(analysis).plain
    assert "person_1 ride horse_1 from 0 s to 4 s" in told and "frame 3 at 1.5 s: the model looks again" in told
    (life,) = lives_over_time(analysis)
    assert life.sentences[0] == "It is so from 0 s to 4 s." and "it answered keep" in life.sentences[1]
    assert "r1" in str(timed_life(analysis, "person_1"))
    with pytest.raises(InputError, match=r"no claim 'r7'.*person_1"):
        timed_life(analysis, "r7")
    with pytest.raises(InputError, match="unknown key"):
        VideoAnalysis.from_json(analysis.to_json().replace('"duration_s"', '"long"', 1))


def test_a_clip_that_the_model_cannot_read_is_unknown_and_it_is_asked_nothing():
    class DrawingsAlone(ScriptedModel):
        def misfit(self, image):
            return "it reads drawings alone"

    scenes = iter([scene(RIDE), scene(), scene(RIDE)] * 3)
    model = DrawingsAlone(lambda request: write_scene(next(scenes)))
    settings = Settings(video=VideoSettings(every_s=0.5))
    analysis = analyze_video(clip_of(DRAWN), model, settings)
    assert analysis.found and not analysis.questions and not analysis.consistent
    assert analysis.why_unknown == "it reads drawings alone"
    assert "unknown: it reads drawings alone" in video_account(analysis).plain


def test_pictures_of_a_clip(tmp_path):
    clip = clip_of(DRAWN)
    truth = DRAWN.truth
    assert timeline_plot(truth).height > 26 * len(truth.tracks)
    assert filmstrip(clip, truth).width > 1000
    (tmp_path / "a.gif").write_bytes(annotated_gif(clip, truth))
    write_annotated_mp4(clip, truth, tmp_path / "a.mp4")
    for name in ("a.gif", "a.mp4"):
        assert abs(open_clip(tmp_path / name).duration_s - truth.duration_s) < 0.1
    with pytest.raises(InputError, match="cannot be written"):
        write_annotated_mp4(clip, truth, tmp_path / "none" / "a.mp4")


# --- scores ---


def test_scores_of_a_timeline_against_itself_and_against_a_worse_one():
    truth = timeline([scene(RIDE)] * 4 + [scene()] * 4)
    same = score_timeline(truth, truth)
    assert (same.relations.f1, same.intervals.f1, same.mean_overlap, same.switches, same.flickers) == (1, 1, 1, 0, 0)
    half = score_timeline(timeline([scene(RIDE)] * 2 + [scene()] * 6), truth)
    assert half.mean_overlap == 0.5 and half.intervals.f1 == 1.0 and half.relations.right == 2
    broken = score_timeline(timeline([scene(RIDE), scene(), scene(RIDE), scene(RIDE)] + [scene()] * 4), truth)
    assert broken.flickers == 1 and broken.mean_overlap == 0.5
    nothing = score_timeline(timeline([scene()] * 8), truth)
    assert nothing.mean_overlap == 0.0 and nothing.intervals.f1 == 0.0
    assert right_lost(truth, timeline([scene()] * 8), truth) == (4, 8 * 3 + 4)
    with pytest.raises(InputError, match="no frame at"):
        score_timeline(timeline([scene()] * 8, step_s=0.3), truth)


def test_an_identity_switch_is_counted_once():
    truth = timeline([scene()] * 6)
    swapped = [track for track in truth.tracks if track.id != "person_1"]
    person = truth.track("person_1")
    parts = [
        person.model_copy(update={"sightings": person.sightings[:3]}),
        person.model_copy(update={"id": "person_2", "sightings": person.sightings[3:]}),
    ]
    assert score_timeline(truth.model_copy(update={"tracks": (*swapped, *parts)}), truth).switches == 1


def test_a_drawn_clip_is_the_same_for_the_same_seed_and_its_frames_are_consistent():
    again = draw_clip(5, 0, 8)
    assert again.truth == DRAWN.truth and [p.tobytes() for p in again.pictures] == [p.tobytes() for p in DRAWN.pictures]
    assert draw_clip(6, 0, 8).truth != DRAWN.truth
    for index in range(12):
        truth = draw_clip(17, index, 16).truth
        assert all(nesy.check(frame.scene).consistent for frame in truth.frames) and check_over_time(truth) == ()
    for frames in (7, 33):
        with pytest.raises(InputError, match="8 to 32"):
            draw_clip(0, 0, frames)
