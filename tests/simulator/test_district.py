import base64

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from drivers.speaker.relay import order
from simulator import district
from simulator.errors import BadDistrict
from simulator.web import create_app

GOOD = """
[simulator]
host = "127.0.0.1"
port = 0
tenant = "t"
mqtt_url = "mqtt://127.0.0.1:1"
[[board]]
id = "bang"
dialect = "am03127"
width_px = 64
height_px = 16
address = 1
link = "lines/bang"
[[board]]
id = "mong"
dialect = "thin"
width_px = 9
height_px = 2
secret = "s"
[[board]]
id = "mau"
dialect = "am03127"
width_px = 64
height_px = 16
address = 2
link = "lines/mau"
depth = "tricolour"
[[speaker]]
id = "loa"
port = 0
"""


@pytest.fixture
def face(tmp_path):
    path = tmp_path / "district.toml"
    path.write_text(GOOD, "utf-8")
    with TestClient(create_app(district.read(path))) as client:
        yield client


def test_boards_and_speakers_are_listed(face):
    boards = face.get("/boards").json()
    assert [(b["id"], b["dialect"], b["width"], b["height"], b["depth"]) for b in boards] == [
        ("bang", "am03127", 64, 16, "mono"),
        ("mong", "thin", 9, 2, "mono"),
        ("mau", "am03127", 64, 16, "tricolour"),
    ]
    assert [b["lit"] for b in boards] == [0, 0, 0]
    assert face.get("/speakers").json()[0]["id"] == "loa"


def test_amplifiers_stand_behind_the_channels_of_relay_boards(tmp_path):
    path = tmp_path / "district.toml"
    relays = "".join(
        f'[[speaker]]\nid = "loa-{channel}"\nport = 0\nrelay = "lines/relay"\n'
        f"relay_channel = {channel}\nwake_ms = 500\n"
        for channel in (1, 2)
    )
    path.write_text(GOOD + relays, "utf-8")
    found = district.read(path)
    (board,) = found.relays.values()
    board.hear(order(2, on=True))
    speakers = TestClient(create_app(found)).get("/speakers").json()
    assert {one["id"]: one["amplifier"] for one in speakers} == {
        "loa": None,
        "loa-1": False,
        "loa-2": True,
    }


def test_a_dark_board_is_a_dark_picture_and_a_quiet_speaker_a_silent_file(face):
    assert face.get("/boards/bang.png").content.startswith(b"\x89PNG")
    wav = face.get("/speakers/loa.wav", params={"seconds": 1}).content
    assert wav.startswith(b"RIFF")
    assert len(wav) == 44 + 96_000


@pytest.mark.parametrize("path", ["/boards/x.png", "/speakers/x.wav"])
def test_unknown_names_are_said(face, path):
    answer = face.get(path)
    assert answer.status_code == 404
    assert "x" in answer.json()["title"]


def test_faults_are_ordered_by_name(face):
    assert face.post("/faults", json={"device": "bang", "fault": "silent"}).status_code == 204
    assert face.post("/faults", json={"device": "mong", "fault": "nack"}).status_code == 422
    assert face.post("/faults", json={"device": "x", "fault": "none"}).status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[simulator]", "[other]"),
        ('dialect = "thin"', 'dialect = "klingon"'),
        ("width_px = 64", 'width_px = "wide"'),
        ("width_px = 64", "width_px = 0"),
        ("port = 0\ntenant", 'port = "x"\ntenant'),
        ('secret = "s"', ""),
        ('depth = "tricolour"', 'depth = "sepia"'),
        ('depth = "tricolour"', 'depth = "rgb"'),
        ("[[speaker]]", "[[speaker"),
    ],
)
def test_a_bad_file_is_told_what_is_wrong(tmp_path, old, new):
    path = tmp_path / "district.toml"
    path.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(BadDistrict):
        district.read(path)


@given(text=st.text(max_size=200))
def test_any_file_is_a_district_or_bad(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("d") / "district.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadDistrict):
        district.read(path)


def test_a_board_with_hardware_runs_firmware_that_can_be_replaced(tmp_path):
    key = base64.b64encode(bytes(32)).decode()
    equipped = f'id = "bang"\nhardware = "p10-r2"\nfirmware_keys = ["{key}"]\n'
    path = tmp_path / "district.toml"
    path.write_text(GOOD.replace('id = "bang"\n', equipped), "utf-8")
    found = district.read(path)
    boards = TestClient(create_app(found)).get("/boards").json()
    assert [one["firmware"] for one in boards] == ["1.0.0", None, None]
    assert found.boards["bang"].sign.bootloader.running.manifest.hardware == "p10-r2"


@pytest.mark.parametrize(
    "lines", ['hardware = "P 10"', 'hardware = "p10"\nfirmware_keys = ["AAAA"]']
)
def test_hardware_that_cannot_be_is_told(tmp_path, lines):
    path = tmp_path / "district.toml"
    path.write_text(GOOD.replace('id = "bang"\n', f'id = "bang"\n{lines}\n'), "utf-8")
    with pytest.raises(BadDistrict, match="hardware"):
        district.read(path)
