"""What the hours have no room for is refused before it is rendered, and nothing else is."""

import numpy as np
import pytest
import tones
from drafts import CHIEF

from controller.model import (
    BroadcastDraft,
    ContentKind,
    DeviceKind,
    PlaylistBed,
    PlaylistDraft,
    PlaylistItem,
    RuleDraft,
)
from playlists.audio.waveform import Waveform, surely_heard
from playlists.schedule.plan import BroadcastClass
from playlists.schedule.refusals import OutOfHours

EVENING = "2026-11-24T19:29:40"
"""20 s before the hours of loa-2 end."""
NIGHT = "2026-11-24T21:00:00"
TONE = tones.tone(700.0, 25.0, -20.0)
WITH_SILENCE = np.concatenate([TONE[: 8 * 48_000], np.zeros(60 * 48_000, np.int16)])


@pytest.fixture
def clip(services):
    return upload(services, TONE)


def upload(services, samples):
    return services.library.create_clip("x", tones.as_wav(samples), CHIEF).id


def ask(services, kind, content, start, urgency=BroadcastClass.NORMAL):
    rule = RuleDraft(start=start)
    draft = BroadcastDraft(kind, content, ("device:loa-2",), rule, broadcast_class=urgency)
    return services.broadcasts.create(draft, CHIEF)


def rendered(services):
    with services.store.read() as tx:
        return tx.exec_driver_sql("SELECT count(*) FROM sound").scalar()


@pytest.mark.parametrize("start", [NIGHT, EVENING])
def test_a_clip_outside_the_hours_is_not_rendered(services, clip, start):
    with pytest.raises(OutOfHours):
        ask(services, ContentKind.CLIP, clip, start)
    assert rendered(services) == 0
    assert services.broadcasts.list(None, 10) == ([], None)


def test_silence_that_trimming_takes_refuses_nothing(services):
    clip = upload(services, WITH_SILENCE)
    most_ms, least_ms = services.library.lengths_ms(ContentKind.CLIP, clip, BroadcastClass.NORMAL)
    assert most_ms == 68_000
    assert 7_500 < least_ms <= 8_000
    made = ask(services, ContentKind.CLIP, clip, EVENING)
    assert made.devices == ("loa-2",)
    assert rendered(services) == 1


def test_an_emergency_is_rendered_at_any_hour(services, clip):
    assert ask(services, ContentKind.CLIP, clip, NIGHT, BroadcastClass.EMERGENCY)


@pytest.mark.parametrize("urgency", [BroadcastClass.NORMAL, BroadcastClass.EMERGENCY])
def test_the_length_of_a_playlist_is_known_before(services, clip, urgency):
    items = (PlaylistItem(clip, repeats=2), PlaylistItem(clip, fade_out_s=1.0))
    asked = PlaylistDraft("x", items, 0.7, "class", PlaylistBed(clip, 14.0))
    playlist = services.library.create_playlist(asked, CHIEF).id
    with pytest.raises(OutOfHours):
        ask(services, ContentKind.PLAYLIST, playlist, NIGHT)
    assert rendered(services) == 0
    most_ms, least_ms = services.library.lengths_ms(ContentKind.PLAYLIST, playlist, urgency)
    device = services.district.resolve(["device:loa-1"], DeviceKind.SPEAKER)
    made = services.library.rendered(ContentKind.PLAYLIST, playlist, device, urgency)["loa-1"]
    assert least_ms - 20 <= made.duration_ms <= most_ms + 20
    assert most_ms - least_ms <= 400


@pytest.mark.parametrize(
    ("samples", "least"),
    [
        (TONE, 0.99),
        (WITH_SILENCE, 8 / 68 - 0.01),
        (np.zeros(48_000, np.int16), 0.0),
        (tones.tone(700.0, 1.0, -60.0), 0.0),
        (np.zeros(0, np.int16), 0.0),
    ],
    ids=["tone", "with silence", "silence", "too quiet to say", "nothing"],
)
def test_a_waveform_tells_how_much_is_surely_heard(samples, least):
    drawn = Waveform()
    drawn.add(samples)
    heard = np.flatnonzero(samples)
    share = (heard[-1] - heard[0] + 1) / len(samples) if len(heard) else 0.0
    assert least <= surely_heard(drawn.points(500)) <= share
