"""Frames of files of video, animated pictures and folders: which, when, upright; what is bad is told in one line."""

import struct
import sys

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.settings import VideoSettings
from nesy.video.clip import is_clip, open_clip
from nesy.video.drawn_clip import write_clips
from nesy.video.sampling import by_change, by_time
from tests.video.clips import write_video

HALF = VideoSettings(every_s=0.5)


def times(clip):
    return [frame.time_s for frame in clip.frames]


def grey(frame):
    return frame.image.pixels.getpixel((60, 50))[0]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.avi"])
def test_a_video_is_sampled_by_time(tmp_path, name):
    write_video(tmp_path / name, range(20))
    clip = open_clip(tmp_path / name, HALF)
    assert times(clip) == [0.0, 0.5, 1.0, 1.5]
    assert (clip.duration_s, clip.all_frames) == (2.0, 20)
    assert [abs(grey(frame) - 250 * frame.source // 20) <= 6 for frame in clip.frames] == [True] * 4


def test_another_codec(tmp_path):
    write_video(tmp_path / "a.webm", range(20), codec="libvpx")
    assert times(open_clip(tmp_path / "a.webm", HALF)) == [0.0, 0.5, 1.0, 1.5]


def test_a_transport_stream_in_which_no_jump_hits_the_key_frame(tmp_path):
    write_video(tmp_path / "a.ts", range(40), codec="mpeg2video", rate=25)
    clip = open_clip(tmp_path / "a.ts", HALF)
    assert times(clip) == [0.0, 0.48, 1.0, 1.48]
    assert [abs(grey(frame) - 250 * frame.source // 40) <= 6 for frame in clip.frames] == [True] * 4


def test_a_raw_stream_has_frames_at_its_rate(tmp_path):
    write_video(tmp_path / "a.h264", range(20), codec="libx264")
    clip = open_clip(tmp_path / "a.h264", HALF)
    assert times(clip) == [0.0, 0.5, 1.0, 1.5] and (clip.duration_s, clip.all_frames) == (2.0, 20)
    assert [abs(grey(frame) - 250 * frame.source // 20) <= 6 for frame in clip.frames] == [True] * 4


def test_threads_that_decode_do_not_wait_for_the_interpreter(tmp_path):
    """They would to write into a log of Python's, and who closes the codec waits for them."""
    import av

    write_video(tmp_path / "a.mp4", range(20))
    before = av.logging.get_level()
    open_clip(tmp_path / "a.mp4", HALF)
    assert av.logging.get_level() is before is None


def test_a_variable_frame_rate_goes_by_presentation_time(tmp_path):
    write_video(tmp_path / "v.mkv", [0, 1, 2, 10, 11, 30, 31, 32, 50])
    clip = open_clip(tmp_path / "v.mkv", VideoSettings(every_s=1.0))
    assert times(clip) == [0.0, 1.0, 1.1, 3.0, 3.2, 5.0]
    assert [frame.source for frame in clip.frames] == [0, 3, 4, 5, 7, 8]


def test_frames_are_upright(tmp_path):
    """A phone turns no pixels: it writes into the track's matrix how the picture is to be turned (ISO/IEC 14496-12)."""
    write_video(tmp_path / "a.mp4", range(4))
    data = (tmp_path / "a.mp4").read_bytes()
    matrix = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    for name, numbers, corner in (
        ("right", (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30), (58, 4)),
        ("left", (0, -65536, 0, 65536, 0, 0, 0, 0, 1 << 30), (4, 90)),
        ("over", (-65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30), (90, 58)),
        ("over, mirrored", (65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30), (4, 58)),
        ("mirrored", (-65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30), (90, 4)),
        ("across", (0, 65536, 0, 65536, 0, 0, 0, 0, 1 << 30), (4, 4)),
    ):
        turned = data[:matrix] + struct.pack(">9i", *numbers) + data[matrix + 36 :]
        (tmp_path / f"{name}.mp4").write_bytes(turned)
        pixels = open_clip(tmp_path / f"{name}.mp4", VideoSettings(every_s=0.1)).frames[0].image.pixels
        assert pixels.size == ((64, 96) if name in ("right", "left", "across") else (96, 64))
        assert pixels.getpixel(corner)[0] > 200 and pixels.getpixel(corner)[1] < 60, name


def test_a_long_clip_gives_as_many_frames_as_it_may_and_no_more_are_decoded_into_memory(tmp_path, monkeypatch):
    write_video(tmp_path / "long.mp4", range(1000), size=(32, 32))
    import av

    kept = []
    real = av.VideoFrame.to_image
    monkeypatch.setattr("nesy.video.video_file.VideoFile._upright", lambda self, frame: kept.append(1) or real(frame))
    clip = open_clip(tmp_path / "long.mp4", VideoSettings(every_s=1.0, frames=8))
    assert (clip.all_frames, len(clip.frames), len(kept)) == (1000, 8, 8)
    assert times(clip)[0] == 0.0 and times(clip)[-1] == 99.9


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_an_animated_picture(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    first, *others = [PIL.Image.new("RGB", (40, 30), (20 * n, 0, 0)) for n in range(10)]
    first.save(path, save_all=True, append_images=others, duration=[100, 300] * 5)
    clip = open_clip(path, HALF)
    assert is_clip(path) and times(clip) == [0.0, 0.5, 0.9, 1.3] and clip.duration_s == 2.0
    assert [abs(frame.image.pixels.getpixel((3, 3))[0] - 20 * frame.source) < 4 for frame in clip.frames] == [True] * 4


def test_a_scene_is_where_the_picture_changes_much(tmp_path):
    colours = [(0, 0, 0)] * 3 + [(255, 255, 255)] * 3 + [(250, 250, 250)] * 2 + [(0, 0, 255)] * 2
    first, *others = [PIL.Image.new("RGB", (40 + n % 2 * 0, 30), colour) for n, colour in enumerate(colours)]
    for n, one in enumerate((first, *others)):
        one.putpixel((n, 0), (1, 2, 3))  # or Pillow joins frames that are alike
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=100)
    clip = open_clip(tmp_path / "a.gif", VideoSettings(sample="scenes"))
    assert [frame.source for frame in clip.frames] == [0, 3, 8]


def test_a_folder_of_frames_is_in_the_order_in_which_people_count(tmp_path):
    for number in (1, 2, 10):
        PIL.Image.new("RGB", (20, 20), (number * 10, 0, 0)).save(tmp_path / f"frame_{number}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    clip = open_clip(tmp_path)
    assert [frame.image.pixels.getpixel((0, 0))[0] for frame in clip.frames] == [10, 20, 100]
    assert times(clip) == [0.0, 1.0, 2.0]


def test_drawn_frames_are_shown_when_their_truth_says(tmp_path):
    write_clips(tmp_path, n=1, seed=1, frames=8)
    clip = open_clip(tmp_path / "clip_1_00000", HALF)
    assert times(clip) == [0.5 * n for n in range(8)] and clip.duration_s == 4.0
    animated = open_clip(tmp_path / "clip_1_00000" / "clip.gif", HALF)  # in which frames that are alike are joined
    assert set(times(animated)) <= set(times(clip)) and animated.duration_s == 4.0


# --- what is bad ---


def test_bad_clips_are_told_in_one_line(tmp_path):
    write_video(tmp_path / "a.mp4", range(20))
    data = (tmp_path / "a.mp4").read_bytes()
    first, *others = [PIL.Image.new("RGB", (40, 30), (20 * n, 0, 0)) for n in range(10)]
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=100)
    gif = (tmp_path / "a.gif").read_bytes()
    first.save(tmp_path / "one.gif")
    first.save(tmp_path / "one.jpg")
    write_video(tmp_path / "single.mp4", range(1))
    (tmp_path / "empty").mkdir()
    bad = {
        "half.mp4": data[: len(data) // 2],
        "head.mp4": data[:30],
        "text.mp4": b"no video at all" * 50,
        "void.mp4": b"",
        "half.gif": gif[: len(gif) // 2],
        "text.webp": b"RIFF nothing",
        "playlist.mp4": f"#EXTM3U\n#EXTINF:2,\n{tmp_path}/a.mp4\n#EXT-X-ENDLIST\n".encode(),
        "list.mp4": b"ffconcat version 1.0\nfile a.mp4\n",
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    for name in (*bad, "one.gif", "one.jpg", "single.mp4", "empty", "absent.mp4"):
        with pytest.raises(InputError) as caught:
            open_clip(tmp_path / name)
        told = str(caught.value)
        assert name in told and "\n" not in told, told


def test_without_pyav_the_extra_is_named(tmp_path, monkeypatch):
    write_video(tmp_path / "a.mp4", range(4))
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InputError, match=r"pip install 'nesy\[video\]'"):
        open_clip(tmp_path / "a.mp4")
    write_clips(tmp_path, n=1, seed=1, frames=8)
    assert len(open_clip(tmp_path / "clip_1_00000", HALF).frames) == 8  # needs no extra


def test_a_picture_is_no_clip(tmp_path):
    PIL.Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    PIL.Image.new("RGB", (8, 8)).save(tmp_path / "a.gif")
    assert not is_clip(tmp_path / "a.png") and not is_clip(tmp_path / "a.gif") and not is_clip(tmp_path / "none.gif")


# --- sampling ---


@given(
    st.lists(st.integers(0, 100_000).map(lambda n: n / 100), min_size=1, max_size=60, unique=True),
    st.floats(0.01, 100),
    st.integers(2, 32),
)
def test_samples_are_frames_in_order_the_first_among_them_and_no_more_than_wanted(stamps, every_s, most):
    stamps = sorted(stamps)
    chosen = by_time(stamps, every_s, most)
    assert chosen == sorted(set(chosen)) and chosen[0] == 0 and len(chosen) <= most
    assert all(0 <= place < len(stamps) for place in chosen)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(2, 32))
def test_scenes_begin_with_the_first_frame_and_where_most_changes(differences, most):
    chosen = by_change(differences, most)
    assert chosen[0] == 0 and len(chosen) <= most and chosen == sorted(set(chosen))
    left = [differences[place] for place in range(1, len(differences)) if place not in chosen]
    if len(chosen) == most and left:
        assert max(left) <= min(differences[place] for place in chosen[1:])
