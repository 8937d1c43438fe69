"""What alerts mean here: never a test as real; where, how urgent, in which words."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.emergency import alert as model
from controller.emergency.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    Info,
    Kind,
    Pair,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from controller.emergency.meaning import (
    MAX_SHOWN_CHARS,
    MAX_SPOKEN_CHARS,
    Drill,
    Genuine,
    Ground,
    Policy,
    Rehearsed,
    Warn,
    class_of,
    drills,
    place,
    sort_out,
    warnings,
)
from controller.emergency.standing import Standing
from controller.model import Area as Ward
from playlists.schedule.urgency import BroadcastClass
from playlists.schedule.zones import Place
from playlists.text import intake, markup

SENT = datetime(2026, 11, 24, 5, tzinfo=UTC)
CODE = Pair("VN-DVHC", "20194")
GROUND = Ground(
    areas=[Ward("quan", "Quận Liên Chiểu", None, None, None),
           Ward("hoa-bac", "Xã Hòa Bắc", "quan", None, None)],
    codes={CODE: "hoa-bac", Pair("VN-DVHC", "1"): "gone"},
    devices={"bang-1": Place(16.10, 108.10), "loa-1": Place(16.20, 108.20)},
)  # fmt: skip
INFO = Info(
    language="vi-VN",
    categories=(Category.MET,),
    event="Lũ quét",
    urgency=Urgency.IMMEDIATE,
    severity=Severity.EXTREME,
    certainty=Certainty.OBSERVED,
    headline="Lũ quét tại Hòa Bắc",
    description="Nước sông Cu Đê lên nhanh",
    instruction="Sơ tán ngay lên chỗ cao!",
    areas=(Area("Xã Hòa Bắc"),),
)
ENGLISH = replace(INFO, language="en-US", headline="Flash flood", instruction="Move up")


def stands(*infos, status=Status.ACTUAL, scope=Scope.PUBLIC):
    alert = Alert("a", "met@example.vn", SENT, status, Kind.ALERT, scope, infos=infos)
    return Standing(alert, infos)


def warned(*infos, policy=Policy.AIR, ground=GROUND):
    return warnings(Genuine(stands(*infos)), policy, ground)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("scope", Scope)
def test_only_what_is_actual_and_public_is_ever_real(status, scope):
    standing = stands(INFO, status=status, scope=scope)
    found = sort_out(standing)
    assert isinstance(found, Genuine) == (status is Status.ACTUAL and scope is Scope.PUBLIC)
    assert isinstance(found, Rehearsed) == (status is Status.EXERCISE and scope is Scope.PUBLIC)
    if not isinstance(found, Genuine):
        with pytest.raises(ValueError, match="a is"):
            Genuine(standing)
    if not isinstance(found, Rehearsed):
        with pytest.raises(ValueError, match="a is"):
            Rehearsed(standing)


def test_a_drill_says_so_and_has_no_class():
    (drill,) = drills(Rehearsed(stands(INFO, ENGLISH, status=Status.EXERCISE)), GROUND)
    assert drill.words.shown.startswith("DIỄN TẬP: Lũ quét")
    assert drill.words.shown.endswith("DIỄN TẬP.")
    assert drill.words.spoken.count("Đây là diễn tập") == 2
    own = {field.name for field in fields(Drill)}
    assert own == {field.name for field in fields(Warn)} - {"broadcast_class", "needs_approval"}
    (english,) = drills(Rehearsed(stands(ENGLISH, status=Status.EXERCISE)), GROUND)
    assert english.words.shown.startswith("EXERCISE: Flash flood")


def test_a_policy_decides_who_lets_it_on_air():
    (warn,) = warned(INFO)
    assert (warn.needs_approval, warn.broadcast_class) == (False, BroadcastClass.EMERGENCY)
    assert warn.where.targets == ("area:hoa-bac",)
    assert (warn.begins, warn.ends) == (SENT, SENT + timedelta(hours=24))
    (asked,) = warned(INFO, policy=Policy.APPROVE)
    assert asked.needs_approval
    (nowhere,) = warned(replace(INFO, areas=(Area("Hà Nội"),)))
    assert nowhere.needs_approval
    assert nowhere.where.targets == ()


TABLE = [
    ({}, BroadcastClass.EMERGENCY),
    ({"urgency": Urgency.EXPECTED, "severity": Severity.SEVERE, "certainty": Certainty.LIKELY},
     BroadcastClass.EMERGENCY),
    ({"urgency": Urgency.FUTURE}, BroadcastClass.PRIORITY),
    ({"urgency": Urgency.UNKNOWN}, BroadcastClass.PRIORITY),
    ({"severity": Severity.MODERATE}, BroadcastClass.PRIORITY),
    ({"severity": Severity.UNKNOWN}, BroadcastClass.PRIORITY),
    ({"certainty": Certainty.POSSIBLE}, BroadcastClass.PRIORITY),
    ({"certainty": Certainty.UNKNOWN}, BroadcastClass.PRIORITY),
    ({"responses": (Response.ALL_CLEAR,)}, BroadcastClass.PRIORITY),
    ({"urgency": Urgency.PAST}, None),
]  # fmt: skip


@pytest.mark.parametrize(("change", "urgency"), TABLE)
def test_the_table_of_classes(change, urgency):
    info = replace(INFO, **change)
    assert class_of(info) is urgency
    assert [warn.broadcast_class for warn in warned(info)] == ([] if urgency is None else [urgency])


def test_vietnamese_is_chosen_else_the_first():
    assert [warn.words.language for warn in warned(ENGLISH, INFO)] == ["vi"]
    khmer = replace(INFO, language="km")
    assert [warn.words.language for warn in warned(khmer, ENGLISH, khmer)] == ["km", "km"]


def test_places_by_code_name_and_shape():
    corners = (16.0, 108.0), (16.0, 108.15), (16.15, 108.15), (16.15, 108.0), (16.0, 108.0)
    square = tuple(Place(lat, lon) for lat, lon in corners)
    cases = {
        Area("ở đâu đó", geocodes=(CODE,)): ("area:hoa-bac",),
        Area("x", geocodes=(Pair("VN-DVHC", "1"), Pair("other", "20194"))): (),
        Area("xã  HÒA BẮC"): ("area:hoa-bac",),
        Area("Xa\u0303 Ho\u0300a Ba\u0306\u0301c"): ("area:hoa-bac",),
        Area("Quận Liên Chiểu; Xã Hòa Bắc, Hà Nội"): ("area:quan", "area:hoa-bac"),
        Area("Hòa Bắc"): (),
        Area("x", polygons=(square,)): ("device:bang-1",),
        Area("x", circles=(Circle(Place(16.2, 108.2), 0.0),)): ("device:loa-1",),
        Area("x", circles=(Circle(Place(16.15, 108.15), 50.0),)): ("device:bang-1", "device:loa-1"),
        Area(""): (),
    }
    for area, targets in cases.items():
        assert place([area], GROUND).targets == targets, area
    assert place([], GROUND).targets == ()


def test_a_shape_may_cross_the_date_line():
    fiji = tuple(Place(lat, lon) for lat, lon in
                 ((-20, 175), (-20, -175), (-15, -175), (-15, 175), (-20, 175)))  # fmt: skip
    ground = replace(GROUND, devices={"suva": Place(-18, 178), "far": Place(-18, 0),
                                      "east": Place(-18, -178)})  # fmt: skip
    assert place([Area("x", polygons=(fiji,))], ground).devices == ("suva", "east")


def test_words_are_bounded_and_never_markup():
    (warn,) = warned(replace(INFO, headline="Lũ [đỏ] lớn", instruction="Chạy " * 200))
    assert "[[đỏ]]" in warn.words.shown
    said = markup.parse(intake.normalise(warn.words.shown).text).sheets[0].lines
    text = "".join(words.text for line in said for words in line.parts)
    assert text.startswith("Lũ [đỏ] lớn. Chạy")
    assert len(text) <= MAX_SHOWN_CHARS
    assert text.endswith("Chạy…")
    (long,) = warned(replace(INFO, description="Nước lên. " * 400))
    assert len(long.words.spoken) <= MAX_SPOKEN_CHARS
    assert long.words.spoken.endswith("… Sơ tán ngay lên chỗ cao!"), "what to do is never cut off"


ANY = st.text(max_size=400)


@given(ANY, ANY, ANY, ANY)
def test_whatever_is_written_can_be_shown(headline, event, description, instruction):
    texts = {"headline": headline, "description": description, "instruction": instruction}
    (warn,) = warned(replace(INFO, event=event, **texts))
    assert len(warn.words.spoken) <= MAX_SPOKEN_CHARS
    assert "\n" not in warn.words.shown
    if warn.words.shown:
        markup.parse(intake.normalise(warn.words.shown).text)


def test_every_word_of_the_standard_is_known():
    assert {len(model.Category), len(model.Response)} == {12, 9}
