"""Whom a pronoun means: persons before animals for *he* and *she*, things and animals for *it*, several for *they*."""

import pytest

import nesy
from tests.language.golden_texts import in_short

MEANT = {
    # the person is not the subject
    "The picture shows a woman beside a pony. She holds the bridle.": "woman_1 hold bridle_1",
    "We can see a man next to a dog. He holds a leash.": "man_1 hold leash_1",
    "A girl with a dog is on the grass. She throws a ball.": "girl_1 throw ball_1",
    "In the image, a dog is next to a man. He wears a hat.": "man_1 wear hat_1",
    "A horse stands beside a woman. She wears a red coat.": "woman_1 wear coat_1",
    "The image features a person beside a horse. He holds the reins.": "person_1 hold reins_1",
    "A bull is behind the farmer. He carries a bucket.": "farmer_1 carry bucket_1",
    "In this picture you can see a lady and a parrot. She feeds it.": "lady_1 feed parrot_1",
    "I see a girl in front of a llama. She is petting it.": "girl_1 pet llama_1",
    "A dog is next to a child. She holds its leash.": "child_1 hold leash_1",
    "A goat walks past a trombonist. He holds a cup.": "trombonist_1 hold cup_1",
    "Two dogs are beside a boy. He wears a cap.": "boy_1 wear cap_1",
    # gender
    "A man and a woman are walking a dog. He holds the leash. She wears a hat.": "woman_1 wear hat_1",
    "A policewoman stands beside a man. She holds a phone.": "policewoman_1 hold phone_1",
    "A skater jumps over a cat. She wears a helmet. A man watches her.": "man_1 watch skater_1",
    # possessives and objects
    "A woman feeds a giraffe. It eats a leaf from her hand.": "woman_1 have hand_1",
    "A man stands beside a horse. A woman holds its bridle. He looks at her.": "man_1 look at woman_1",
    "A man is standing near a cow. The woman beside him holds a bucket.": "woman_1 hold bucket_1",
    "A dog sees a man. The man pets him.": "man_1 pet dog_1",
    # names
    "Tom is riding a horse. He wears a hat.": "tom_1 wear hat_1",
    "Maria is feeding a dog. The dog looks at her.": "dog_1 look at maria_1",
    "John holds a cup. John wears a hat.": "john_1 wear hat_1",
    # where there is no person, an animal is he or she; a woman is not he
    "A dog is sitting on a couch. He is wearing a collar.": "dog_1 wear collar_1",
    "A cat lies beside a woman. He wears a bell.": "cat_1 wear bell_1",
    # it, they
    "A man is riding a horse. It wears a blanket.": "horse_1 wear blanket_1",
    "A bus is next to a woman. It has a sign.": "bus_1 have sign_1",
    "There are two men and a dog. They are throwing a frisbee.": "man_2 throw frisbee_1",
    "An elephant is near a group of tourists. They hold cameras.": "tourists_1 hold cameras_1",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_pronoun_means(text: str) -> None:
    assert MEANT[text] in in_short(nesy.parse(text))


def test_a_preposition_with_a_pronoun_takes_no_other_object() -> None:
    claims = in_short(nesy.parse("A man is standing near a cow. The woman beside him holds a bucket."))
    assert not {one for one in claims if "beside" in one and "man_1" not in one.split()}
