"""What texts and images become: for which boards, with which fonts, and that it stays so."""

from dataclasses import replace
from datetime import timedelta
from importlib import resources
from io import BytesIO

import numpy as np
import pytest
from alembic import command
from district_of_five import board, populate, speaker
from drafts import CHIEF, CLERK, draft, message
from PIL import Image
from sqlalchemy import create_engine, text

from controller.bootstrap import prepare
from controller.errors import BrokenFont, Invalid, NotFound, UnknownTarget
from controller.model import Align, BroadcastDraft, ContentKind, RuleDraft
from controller.settings import Settings
from controller.store import contents, places, plans
from controller.store.migrations.upgrade import configuration
from controller.store.store import Store
from playlists.errors import ContentRefused
from playlists.schedule import plan
from playlists.text.frame import Depth
from playlists.text.refusals import ImageTooLarge, NotAnImage, UnknownFont
from playlists.text.scene import decode

WHITE, RED = [255, 255, 255], [255, 0, 0]


def enrol(services, name, depth, area="quan"):
    device = replace(board(name, area, (192, 32)), depth=depth)
    services.district.enrol(device, thin=depth is Depth.RGB)


def shown(services, broadcast, device):
    """Return the scene that a device's plan has of a broadcast."""
    with services.store.read() as tx:
        items = plan.decode(plans.current(tx, device).payload).items
    (asset,) = [item.asset for item in items if item.broadcast == broadcast.id]
    return decode(services.assets.read(asset.sha256))


def colours(frame):
    """Return the colours of the LEDs that are lit."""
    found = np.unique(frame.to_colours().reshape(-1, 3), axis=0)
    return [colour for colour in found.tolist() if any(colour)]


def picture(colour=(255, 0, 0), kind="PNG"):
    buffer = BytesIO()
    drawn = Image.new("RGB", (16, 8), "white")
    drawn.paste(colour, (4, 0, 8, 8))
    drawn.save(buffer, kind)
    return buffer.getvalue()


def pictures(services, data, *targets):
    kept = services.library.create_image("hình", data, CHIEF)
    return BroadcastDraft(ContentKind.IMAGE, kept.id, targets, RuleDraft(duration_s=600))


def test_each_depth_gets_its_own_scene(services):
    enrol(services, "bang-4", Depth.TRICOLOUR)
    enrol(services, "bang-5", Depth.RGB)
    targets = [f"device:bang-{number}" for number in (1, 2, 4, 5)]
    broadcast = services.broadcasts.create(draft(services, *targets, text="[đỏ]Chào[/]"), CHIEF)
    mono, tricolour, rgb = (shown(services, broadcast, f"bang-{n}") for n in (1, 4, 5))
    assert [one.depth for one in (mono, tricolour, rgb)] == [*Depth]
    assert [colours(one.frame_at(0)) for one in (mono, tricolour, rgb)] == [[WHITE], [RED], [RED]]
    assert shown(services, broadcast, "bang-2").sha256 == mono.sha256


def test_a_clock_tells_the_time_of_its_boards_area(services):
    asked = draft(services, "device:bang-1", "device:bang-3", text="[giờ]")
    broadcast = services.broadcasts.create(asked, CHIEF)
    zones = [shown(services, broadcast, device).zone for device in ("bang-1", "bang-3")]
    assert zones == ["Asia/Ho_Chi_Minh", "Europe/Berlin"]


def test_a_countdown_ends_by_the_wall_clock_of_its_boards_area(services):
    asked = draft(services, "device:bang-1", "device:bang-3", text="[đếm ngược 31/12/2026 23:59]")
    broadcast = services.broadcasts.create(asked, CHIEF)
    home, berlin = (
        shown(services, broadcast, device).pages[0].fields[0].target_s
        for device in ("bang-1", "bang-3")
    )
    assert timedelta(seconds=berlin - home) == timedelta(hours=6)


def test_wrong_markup_and_missing_fonts_are_refused_before_any_board(services):
    with pytest.raises(ContentRefused) as caught:
        message(services, "Họp tổ [đo]19g30[/]")
    assert caught.value.facts["position"] == 8
    with pytest.raises(ContentRefused):
        message(services, "[phông 77]Họp[/]")
    assert services.library.messages(None, 10) == ([], None)


def test_what_was_typed_in_an_old_code_page_is_kept_and_named(services):
    typed = "Th«ng b¸o: häp tæ d©n phè lóc 19 giê"
    kept = message(services, typed)
    assert kept.text == "Thông báo: họp tổ dân phố lúc 19 giờ"
    assert (kept.original, kept.encoding) == (typed, "tcvn3")
    assert services.library.message(kept.id) == kept
    assert message(services, "Thông báo").encoding == "unicode"


def test_a_text_that_does_not_fit_gets_advice(services):
    assert services.library.fit(message(services, "Chào").id, "bang-1").stands
    wordy = services.library.fit(message(services, "Hội nghị tổng kết " * 20).id, "bang-3")
    assert not wordy.stands
    assert wordy.suggestions
    with pytest.raises(Invalid):
        services.library.fit(message(services).id, "loa-1")
    with pytest.raises(NotFound):
        services.library.fit(message(services).id, "nowhere")


def test_an_image_is_shown_on_boards_in_their_colours(services):
    enrol(services, "bang-5", Depth.RGB)
    asked = pictures(services, picture((0, 0, 255)), "device:bang-1", "device:bang-5")
    broadcast = services.broadcasts.create(asked, CHIEF)
    assert colours(shown(services, broadcast, "bang-1").frame_at(0)) == [WHITE]
    assert colours(shown(services, broadcast, "bang-5").frame_at(0)) == [[0, 0, 255], WHITE]
    seen = services.library.image_scene(asked.content_id, "bang-5")
    assert seen == shown(services, broadcast, "bang-5")
    with pytest.raises(UnknownTarget):
        services.broadcasts.create(pictures(services, picture(), "device:loa-1"), CHIEF)
    missing = replace(asked, content_id="none")
    with pytest.raises(NotFound):
        services.broadcasts.create(missing, CHIEF)


def test_only_images_that_decode_to_their_end_are_kept(services):
    for broken in (b"", b"MZ\x90\x00", picture()[:60], picture(kind="BMP")):
        with pytest.raises(NotAnImage):
            services.library.create_image("x", broken, CHIEF)
    with pytest.raises(ImageTooLarge):
        services.library.create_image("x", picture() + bytes(8 << 20), CHIEF)
    assert services.library.images(None, 10) == ([], None)
    kept = services.library.create_image(" Cờ  hội ", picture(), CHIEF)
    assert (kept.name, kept.size_bytes) == ("Cờ hội", len(picture()))
    assert services.library.images(None, 10) == ([kept], None)
    assert services.library.image(kept.id) == kept


@pytest.fixture
def at_home(tmp_path, clock):
    """Return what opens the same installation again and again."""
    settings = Settings(data_dir=tmp_path / "nhà", tenant="thu")
    return lambda: prepare(settings, clock)


def import_font(services, slot, like):
    """Put one of our fonts into a slot of this site."""
    folder = services.settings.fonts
    folder.mkdir(exist_ok=True)
    ours = resources.files("playlists.text.fonts")
    (font,) = [one for one in ours.iterdir() if one.name.startswith(f"{like}-")]
    (folder / f"{slot}-cua-toi.font").write_text(font.read_text("utf-8"), "utf-8")


def set_in(services, font):
    return services.library.create_message(
        "Họp", font=font, align=Align.CENTER, speed_px_s=40, person=CHIEF
    )


def test_fonts_of_the_site_are_read_at_start(at_home):
    with at_home() as services:
        populate(services)
        with pytest.raises(UnknownFont):
            set_in(services, 42)
        import_font(services, 42, like=3)
    with at_home() as services:
        by_slot = {font.slot: imported for font, imported in services.library.fonts()}
        assert by_slot[42]
        assert not by_slot[3]
        theirs, ours = (
            services.library.glimpse(set_in(services, slot).id, "bang-1") for slot in (42, 3)
        )
        assert theirs == ours


def test_a_broken_font_is_named_at_start(at_home):
    with at_home() as services:
        services.settings.fonts.mkdir()
        (services.settings.fonts / "42-hong.font").write_text("rows many", "utf-8")
    with pytest.raises(BrokenFont, match=r"fonts/42-hong\.font"), at_home():
        pass


def test_what_was_approved_is_what_is_planned_whatever_happens_to_fonts(at_home):
    with at_home() as services:
        populate(services)
        asked = draft(services, "device:bang-1", text="[phông 3]Họp tổ[/]")
        broadcast = services.broadcasts.create(asked, CLERK)
        before = services.library.message_scene(asked.content_id, "bang-1")
        import_font(services, 3, like=1)
    with at_home() as services:
        assert services.library.message_scene(asked.content_id, "bang-1") != before
        services.broadcasts.approve(broadcast.id, CHIEF)
        assert shown(services, broadcast, "bang-1") == before


def test_what_boards_show_when_nothing_is_on_follows_the_fonts(at_home):
    def idle(services):
        with services.store.read() as tx:
            stored = plans.current(tx, "bang-1")
            return stored.version, places.idle_asset(tx, "bang-1"), plan.decode(stored.payload).safe

    with at_home() as services:
        populate(services)
        before = idle(services)
        services.district.refresh_idle()
        assert idle(services) == before
        for slot in services.library.fonts():
            import_font(services, slot[0].slot, like=1)
    with at_home() as services:
        services.district.refresh_idle()
        version, asset, safe = idle(services)
        assert version == before[0] + 1
        assert asset != before[1]
        with services.store.read() as tx:
            assert contents.asset(tx, asset) == safe
        assert services.assets.path(asset)


def test_speakers_have_nothing_to_draw(services):
    services.district.enrol(replace(speaker("loa-3", "quan"), idle_text="Chào"), thin=False)
    services.district.refresh_idle()


def test_a_database_from_before_colours_has_mono_boards(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    command.upgrade(configuration(engine), "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO area (id, name) VALUES ('quan', 'Quận')"))
        connection.execute(
            text(
                "INSERT INTO device (id, name, kind, area, width_px, height_px, max_strip_px,"
                " idle_text, broker_hash, secret_sha256, plan_version, asrun_stored)"
                " VALUES ('bang', 'Bảng', 'board', 'quan', 192, 32, 512, '', '', '', 7, 0)"
            )
        )
    engine.dispose()
    store = Store(tmp_path / "db")
    with store.read() as tx:
        (device,) = places.devices(tx)
        assert contents.images(tx, None, 10) == []
    store.close()
    assert (device.id, device.depth) == ("bang", Depth.MONO)
