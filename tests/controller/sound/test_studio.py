"""Clips and playlists on real services: what they become on loudspeakers."""

import json
import re
from dataclasses import replace

import parts
import pytest
import tones
from district_of_five import board, speaker
from drafts import CHIEF

from controller.bootstrap import prepare
from controller.broadcasts import content_hash
from controller.errors import BrokenSoundSettings, Invalid, NotASpeaker, NotFound
from controller.model import (
    Announcement,
    AnnouncementPartDraft,
    BroadcastDraft,
    ContentKind,
    Playlist,
    PlaylistBed,
    PlaylistDraft,
    PlaylistItem,
    RuleDraft,
)
from controller.settings import Settings
from controller.sound import settings as sound_settings
from controller.store import broadcasts as rows
from controller.store import contents
from playlists.audio import chime, loudness
from playlists.audio.decode import decode
from playlists.audio.levels import Levels, SoundKind
from playlists.audio.refusals import NotAudio, SoundTooLong, UnknownChime
from playlists.audio.sound import Codec
from playlists.audio.speech import espeak
from playlists.schedule.plan import BroadcastClass

LOW, HIGH = (tones.tone(freq_hz, 1.0, -20.0) for freq_hz in (600.0, 1_900.0))


@pytest.fixture
def clips(services):
    return [
        services.library.create_clip(name, tones.as_wav(samples), CHIEF, kind)
        for name, samples, kind in [
            ("thấp", LOW, SoundKind.SPEECH),
            ("cao", HIGH, SoundKind.MUSIC),
        ]
    ]


def speaker_asset(services, kind, name, urgency=BroadcastClass.NORMAL):
    devices = services.district.resolve(["area:quan"], services.library.device_kind(kind))
    return next(iter(services.library.rendered(kind, name, devices, urgency).values()))


def draft(*items: PlaylistItem, **changed: object) -> PlaylistDraft:
    return PlaylistDraft(**{"name": "Sáng", "items": items, "gap_s": 0.5, "chime": None} | changed)


def heard(services, asset):
    return decode(services.assets.read(asset.sha256))


def test_a_clip_is_measured_when_it_comes(services, clips):
    clip = services.library.clip(clips[0].id)
    assert clip == clips[0]
    assert clip.kind is SoundKind.SPEECH
    assert clip.loudness_lufs == pytest.approx(-23.0, abs=1.0)
    assert clip.true_peak_dbtp == pytest.approx(-20.0, abs=0.5)
    assert len(services.library.waveform(clip.id, 50)) == 50
    assert max(services.library.waveform(clip.id, 50)) == pytest.approx(25, abs=2)


def test_what_is_no_sound_leaves_nothing_behind(services, tmp_path):
    with pytest.raises(NotAudio):
        services.library.create_clip("x", b"RIFF and nothing", CHIEF)
    assert services.library.clips(None, 10)[0] == []
    assert list((services.settings.data_dir / "clips").iterdir()) == []


def test_speech_and_music_have_levels_of_their_own(services, clips):
    for clip, target_lufs in zip(clips, (-16.0, -20.0), strict=True):
        asset = speaker_asset(services, ContentKind.CLIP, clip.id)
        sound = services.library.measured(asset.sha256)
        assert sound.target_lufs == target_lufs
        assert sound.loudness_lufs == pytest.approx(target_lufs, abs=0.5)
        assert sound.true_peak_dbtp <= -1.5
        assert sound.duration_ms == asset.duration_ms
    with pytest.raises(NotFound):
        services.library.measured("0" * 64)


def test_the_same_is_rendered_once(services, clips, monkeypatch):
    first = speaker_asset(services, ContentKind.CLIP, clips[0].id)
    services.store.check()
    monkeypatch.setattr("controller.sound.cage._COMMAND", ("/bin/false",))
    assert speaker_asset(services, ContentKind.CLIP, clips[0].id) == first


def test_a_lost_file_is_rendered_again(services, clips):
    first = speaker_asset(services, ContentKind.CLIP, clips[0].id)
    services.assets.path(first.sha256).unlink()
    assert speaker_asset(services, ContentKind.CLIP, clips[0].id) == first
    assert services.assets.read(first.sha256)


def test_what_comes_out_differently_the_second_time_is_measured_too(services, clips):
    first = speaker_asset(services, ContentKind.CLIP, clips[0].id)
    with services.store.write() as tx:  # as an encoder of another day would have made it
        tx.exec_driver_sql("UPDATE sound SET sha256 = ?", ("0" * 64,))
    again = speaker_asset(services, ContentKind.CLIP, clips[0].id)
    assert services.library.measured(again.sha256).size_bytes == first.size_bytes
    with pytest.raises(NotFound):
        services.library.measured("0" * 64)


def played(services, content, *targets):
    """Broadcast it and return the broadcast, and the asset of each device."""
    kind = ContentKind.ANNOUNCEMENT if isinstance(content, Announcement) else ContentKind.CLIP
    kind = ContentKind.PLAYLIST if isinstance(content, Playlist) else kind
    rule = RuleDraft(duration_s=60)
    urgency = BroadcastClass.EMERGENCY
    asked = BroadcastDraft(kind, content.id, targets, rule, broadcast_class=urgency)
    made = services.broadcasts.create(asked, CHIEF)
    with services.store.read() as tx:
        booked = {
            device: next(
                one.asset
                for one in rows.booked(tx, device, services.clock.now())
                if one.broadcast.id == made.id
            )
            for device in made.devices
        }
    return made, booked


@pytest.fixture
def units(services):
    """Enrol loudspeakers whose decoders know nothing newer; two of them are alike."""
    for name, codec in (("loa-3", Codec.MP3), ("loa-4", Codec.AAC), ("loa-5", Codec.MP3)):
        services.district.enrol(replace(speaker(name, "quan"), codec=codec), thin=False)
    return {"loa-1": Codec.OPUS, "loa-3": Codec.MP3, "loa-4": Codec.AAC, "loa-5": Codec.MP3}


CONTAINERS = {Codec.OPUS: b"OggS", Codec.MP3: b"ID3", Codec.AAC: b"\xff\xf1"}


@pytest.mark.parametrize("what", ["clip", "announcement", "playlist"])
def test_every_loudspeaker_gets_what_it_can_decode(services, clips, units, what):
    if what == "announcement":
        if espeak.version() is None:
            parts.missing("espeakng-loader, the extra speech-gpl")
        said = [AnnouncementPartDraft("Mời bà con ra nhà văn hóa")]
        content = services.announcements.create(said, name=None, gap_s=0.0, person=CHIEF)
    elif what == "playlist":
        asked = draft(PlaylistItem(clips[0].id), chime="class")
        content = services.library.create_playlist(asked, CHIEF)
    else:
        content = clips[0]
    made, booked = played(services, content, *(f"device:{name}" for name in units))
    assert booked["loa-3"] == booked["loa-5"]
    assert len({asset.sha256 for asset in booked.values()}) == 3
    for device, codec in units.items():
        asset = booked[device]
        measured = services.library.measured(asset.sha256)
        assert measured.codec is codec
        data = services.assets.read(asset.sha256)
        assert data.startswith(CONTAINERS[codec])
        sound = loudness.measure(decode(data))
        assert sound.integrated_lufs == pytest.approx(-16.0, abs=0.5)
        assert sound.true_peak_dbtp <= -1.5
        assert abs(len(decode(data)) / 48 - asset.duration_ms) < 120
    if what == "announcement":
        assert booked["loa-1"].sha256 == content.sound_sha256, "what was listened to"
    with services.store.read() as tx:
        made_once = tx.exec_driver_sql("SELECT count(*) FROM sound").scalar()
    assert made_once == 3, "once for each codec"
    assert made.content_sha256 == content_hash(made.draft, booked)


def test_approval_binds_the_sound_of_every_codec(services, clips, units):
    made, booked = played(services, clips[0], "device:loa-1", "device:loa-3")
    for device in booked:
        other = booked | {device: replace(booked[device], sha256="f" * 64)}
        assert content_hash(made.draft, other) != made.content_sha256


def test_a_device_keeps_its_codec(services, units):
    kept = {one.id: one.codec for one in services.district.devices() if one.id in units}
    assert kept == units
    deaf = replace(board("bang-9", "quan", (64, 16)), codec=Codec.MP3)
    with pytest.raises(NotASpeaker):
        services.district.enrol(deaf, thin=False)


@pytest.mark.parametrize(
    ("urgency", "name"),
    [
        (BroadcastClass.NORMAL, None),
        (BroadcastClass.PRIORITY, "two-tone"),
        (BroadcastClass.EMERGENCY, "alarm"),
    ],
)
def test_a_chime_tells_the_class(services, clips, urgency, name):
    asked = draft(PlaylistItem(clips[0].id), chime="class")
    playlist = services.library.create_playlist(asked, CHIEF)
    asset = speaker_asset(services, ContentKind.PLAYLIST, playlist.id, urgency)
    ring_ms = 0 if name is None else len(chime.chime(name)) // 48 + 400
    assert asset.duration_ms == pytest.approx(1_000 + ring_ms, abs=20)


def test_a_broadcast_rings_with_the_chime_of_its_class(services, clips):
    asked = draft(PlaylistItem(clips[0].id), chime="class")
    playlist = services.library.create_playlist(asked, CHIEF)
    made = services.broadcasts.create(
        BroadcastDraft(
            content_kind=ContentKind.PLAYLIST,
            content_id=playlist.id,
            targets=("area:quan",),
            rule=RuleDraft(duration_s=60),
            broadcast_class=BroadcastClass.EMERGENCY,
        ),
        CHIEF,
    )
    expected = speaker_asset(services, ContentKind.PLAYLIST, playlist.id, BroadcastClass.EMERGENCY)
    with services.store.read() as tx:
        assert contents.asset(tx, expected.sha256) == expected
    assert made.devices


def test_a_playlist_has_repeats_fades_and_a_bed(services, clips):
    low, high = clips
    item = PlaylistItem(low.id, repeats=2, fade_in_s=0.2, fade_out_s=0.2)
    asked = draft(item, bed=PlaylistBed(high.id, 14.0))
    playlist = services.library.create_playlist(asked, CHIEF)
    assert services.library.playlist(playlist.id) == playlist
    sound = heard(services, speaker_asset(services, ContentKind.PLAYLIST, playlist.id))
    assert len(tones.find_tone(sound, 600.0)) == 2
    assert len(tones.find_tone(sound, 1_900.0)) >= 2
    assert len(sound) / 48_000 == pytest.approx(1.5 + 2.5 + 1.5, abs=0.05)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"items": ()}, Invalid),
        ({"gap_s": float("nan")}, Invalid),
        ({"chime": "bells"}, UnknownChime),
        ({"name": " "}, Invalid),
        ({"bed": PlaylistBed("none", 14.0)}, NotFound),
        ({"bed": PlaylistBed("none", -1.0)}, Invalid),
        ({"items": (PlaylistItem("none"),)}, NotFound),
        ({"items": (PlaylistItem("none", ContentKind.ANNOUNCEMENT),)}, NotFound),
    ],
)
def test_playlists_nobody_can_play_are_refused(services, clips, changed, error):
    with pytest.raises(error):
        services.library.create_playlist(draft(PlaylistItem(clips[0].id), **changed), CHIEF)


@pytest.mark.parametrize(
    "wrong", [{"repeats": 0}, {"repeats": 101}, {"fade_in_s": -1.0}, {"fade_out_s": 61.0}]
)
def test_items_nobody_can_play_are_refused(services, clips, wrong):
    with pytest.raises(Invalid) as refused:
        services.library.create_playlist(draft(PlaylistItem(clips[0].id, **wrong)), CHIEF)
    assert refused.value.facts["field"] in wrong


def test_a_playlist_longer_than_a_session_may_be_is_refused_when_it_is_written(services, clips):
    items = [PlaylistItem(clips[0].id, repeats=100)] * 40
    with pytest.raises(SoundTooLong):
        services.library.create_playlist(draft(*items, gap_s=1.0), CHIEF)


def test_playlists_and_clips_from_before_are_read(services, clips):
    playlist = services.library.create_playlist(draft(PlaylistItem(clips[0].id)), CHIEF)
    with services.store.write() as tx:
        tx.exec_driver_sql("UPDATE playlist SET clips = ?", (json.dumps([clips[0].id]),))
        tx.exec_driver_sql(
            "UPDATE clip SET waveform = NULL, loudness_lufs = NULL, true_peak_dbtp = NULL"
        )
    assert services.library.playlist(playlist.id) == playlist
    assert services.library.clip(clips[0].id).loudness_lufs is None
    assert len(services.library.waveform(clips[0].id, 100)) == 100
    assert services.library.clip(clips[0].id) == clips[0]


def test_a_site_says_how_loud_it_is(tmp_path):
    home = tmp_path / "nhà"
    home.mkdir()
    (home / "sound.toml").write_text('speech_lufs = -23\nnormal_chime = "gong"\n', "utf-8")
    with prepare(Settings(data_dir=home)) as services:
        settings = services.library._studio.settings
    assert settings.levels == Levels(speech_lufs=-23.0)
    assert settings.chime_of(BroadcastClass.NORMAL) == "gong"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("speech_lufs = 3", "speech_lufs: -40 to -10"),
        ("loudness = -16", "nothing is called loudness"),
        ('normal_chime = "bells"', "no chime is called bells"),
        ("speech_lufs = [", "sound.toml"),
        ("speech_lufs = [1]", "sound.toml"),
    ],
)
def test_settings_that_cannot_be_read_are_told(tmp_path, text, reason):
    path = tmp_path / "sound.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BrokenSoundSettings, match=re.escape(reason)):
        sound_settings.read(path)
