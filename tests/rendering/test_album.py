"""The account and the picture of an album."""

import nesy
from nesy.rendering.album_account import album_account
from nesy.rendering.album_answer_account import album_answer_account
from nesy.rendering.album_picture import annotated_album
from tests.pictures_together import picture, script, things

IMAGES = [picture(1), picture(2, (30, 90), "L"), picture(3, (300, 10))]


def test_an_account_tells_each_picture_and_what_is_the_same() -> None:
    told: dict[str, str | tuple[str, float]] = {"p2_dog_1": ("p1_dog_1", 0.75), "p3_cat_1": "p1_dog_1"}
    model = script([things("dog_1"), things("dog_1", "cup_1"), things("cat_1")], told, answers=("2",))
    pipeline = nesy.Pipeline(model)
    album = pipeline.analyze_together(IMAGES)
    text = album_account(album).plain
    assert "3 pictures together" in text and "p1_dog_1 = p2_dog_1 (75%)" in text
    assert "new       s2 (p3_cat_1 same as p1_dog_1)" in text
    assert "in picture 3 alone\n  p3_cat_1" in text and "withdrew s2" in text
    answer = pipeline.ask_together(IMAGES, "In which picture is the cup?", album=album)
    told_answer = album_answer_account(answer).plain
    assert "answer: picture 2" in told_answer and "from the checked lists" in told_answer


def test_pictures_of_any_shape_stand_side_by_side() -> None:
    album = nesy.Pipeline(script([things("dog_1")] * 3, {"p2_dog_1": "p1_dog_1"})).analyze_together(IMAGES)
    drawn = annotated_album(IMAGES, album)
    assert drawn.width >= 480 + 16 + 120 + 16 + 720
    assert drawn.getpixel((drawn.width - 2, drawn.height - 2)) != (0, 0, 0)
    twelve = [picture(number) for number in range(1, 13)]
    many = nesy.Pipeline(script([things("dog_1")] * 12)).analyze_together(twelve)
    assert annotated_album(twelve, many).height > 600
