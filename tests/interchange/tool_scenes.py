"""Two scenes for the tools of others: an ordinary one, and one of words that break things."""

from nesy.scene import Count, Entity, ImageInfo, PartState, Relation, Scene

SCENE = Scene(
    image=ImageInfo(name="ride 1.png", width_px=64, height_px=48),
    entities=(
        Entity(id="person_1", category="person", box=(0.1, 0.2, 0.4, 0.9), attributes=("tall", "red"), confidence=0.5),
        Entity(id="horse_1", category="horse", box=(0.25, 0.25, 0.875, 1.0), confidence=0.75),
    ),
    part_states=(PartState(id="p1", entity="person_1", part="hip", state="sit on", object="horse_1"),),
    relations=(Relation(id="r1", subject="person_1", predicate="ride", object="horse_1"),),
    counts=(Count(id="n1", category="person", value=1),),
)
ODD_SCENE = Scene(
    image=ImageInfo(name="größe 日本 & <b>.png", width_px=64, height_px=48),
    entities=(
        Entity(
            id="a.b-c", category='say "hi" <b> & \u202egnirts', box=(0.0, 0.0, 1.0, 1.0), attributes=("black, white",)
        ),
        Entity(id="ñ", category="größe 日本 🚲", box=(0.5, 0.5, 0.5, 0.5), attributes=("'''", "occluded")),
    ),
    relations=(Relation(id="r1", subject="a.b-c", predicate="-> & <on>", object="ñ"),),
)
