"""The gateway's configuration: what the demo writes is read; what is wrong is named."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.speaker.relay import Wiring
from firmware_bridge.config import read
from firmware_bridge.errors import BadConfig
from firmware_bridge.player.outlet import Timing
from playlists.text.frame import Depth, Geometry

PLAN_KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = f"""
[controller]
url = "http://127.0.0.1:8000/"
mqtt_url = "mqtt://127.0.0.1:1883"
tenant = "demo"
plan_keys = ["{PLAN_KEY}"]
data = "field"

[[device]]
id = "bang-1"
kind = "board"
secret = "x"
driver = "am03127"
port = "/dev/ttyUSB0"
address = 1
width_px = 192
height_px = 32

[[device]]
id = "bang-2"
kind = "board"
secret = "y"
driver = "thin"
width_px = 96
height_px = 16
depth = "rgb"

[[device]]
id = "loa-1"
kind = "speaker"
secret = "z"
driver = "pcm"
port = "127.0.0.1:4713"
"""


def read_text(tmp_path, text):
    path = tmp_path / "gateway.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path)


def test_a_good_file(tmp_path):
    config = read_text(tmp_path, GOOD)
    assert (config.url, config.tenant) == ("http://127.0.0.1:8000", "demo")
    assert config.data == tmp_path / "field"
    assert len(config.keys) == 1
    board, thin, speaker = config.devices
    assert (board.driver, board.geometry, board.address) == ("am03127", Geometry(192, 32), 1)
    assert (thin.driver, thin.port) == ("thin", "")
    assert (board.depth, thin.depth) == (Depth.MONO, Depth.RGB)
    assert (speaker.geometry, speaker.port) == (None, "127.0.0.1:4713")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[controller]", "[kontroller]", "kontroller"),
        ('url = "http', 'url = "ftp', "must begin with http"),
        ('tenant = "demo"', 'tenant = "Demo/#"', "tenant"),
        ('tenant = "demo"', "", "needs tenant"),
        (PLAN_KEY, "abc", "32 bytes in Base64"),
        (f'["{PLAN_KEY}"]', "[]", "at least one public key"),
        ('id = "bang-2"', 'id = "bang-1"', "bang-1 stands twice"),
        ('id = "bang-2"', 'id = "bảng"', "only a-z"),
        ('driver = "thin"', 'driver = "telnet"', "bang-2: driver must be one of"),
        ('driver = "thin"', 'driver = "pcm"', "goes with kind"),
        ('port = "127.0.0.1:4713"', 'port = "soundcard"', "loa-1: port must be host:port"),
        ('port = "/dev/ttyUSB0"', "", "bang-1 needs port"),
        ("width_px = 192", "width_px = 0", "is no size"),
        ('depth = "rgb"', 'depth = "cmyk"', "bang-2: the depth 'cmyk' is none of mono, tricolour"),
        ('depth = "rgb"', "depth = 2", "bang-2: the depth 2 is none of"),
        ("address = 1", 'address = 1\ndepth = "rgb"', "depth of am03127 is mono or tricolour"),
        ("address = 1", "address = 256", "bang-1: address must be 1 to 255"),
        ("address = 1", "address = 1\nbaud = 9601", "bang-1: baud is one of 1200"),
        ("address = 1", "address = 1\nbaud = true", "whole number"),
        ('secret = "y"', 'secret = "y"\naddress = 1', "bang-2: leave address out"),
        ('secret = "y"', 'secret = "y"\ncommunity = "c"', "bang-2: leave community out"),
        ('port = "/dev/ttyUSB0"', 'port = "udp://10.0.0.9:1"', "bang-1: am03127 needs port"),
        ('secret = "z"', 'secret = "z"\ndepth = "mono"', "only a board has a depth"),
        ("width_px = 192", 'width_px = "192"', "whole number"),
        ('secret = "z"', 'secret = ""', "loa-1 needs secret"),
        ('secret = "z"', 'secret = "z"\nvolume = 11', "has no volume"),
        ("[[device]]", "[device]", "not TOML"),
        ('driver = "pcm"', 'driver = "rtp"', "loa-1: port is not rtp://address:port"),
        ('secret = "z"', 'secret = "z"\nrelay = "gpio:17"', "loa-1: relay is not rts:PORT"),
        ('secret = "z"', 'secret = "z"\nlead_in_ms = -1', "lead_in_ms is a whole number from 0"),
        ('secret = "z"', 'secret = "z"\nlead_in_ms = 20000', "from 0 to 15000"),
        ('secret = "z"', 'secret = "z"\ndelay_ms = true', "delay_ms is a whole number"),
        ('secret = "y"', 'secret = "y"\nrelay = "rts:/dev/ttyS0"', "only a loudspeaker has relay"),
        ('secret = "z"', 'secret = "z"\nrelay = "rts:/dev/ttyUSB0"', "is the line of a device"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, old, new, told):
    assert old in GOOD
    with pytest.raises(BadConfig) as caught:
        read_text(tmp_path, GOOD.replace(old, new))
    assert told in str(caught.value)
    assert "gateway.toml" in str(caught.value)


NEIGHBOUR = """
[[device]]
id = "bang-3"
kind = "board"
secret = "w"
driver = "am03127"
port = "/dev/ttyUSB0"
address = 2
width_px = 64
height_px = 16
"""


def test_boards_on_one_line_are_neighbours_by_address(tmp_path):
    devices = read_text(tmp_path, GOOD + NEIGHBOUR).devices
    assert [device.address for device in devices if device.port == "/dev/ttyUSB0"] == [1, 2]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("address = 2", "address = 1", "bang-3: bang-1 has its address"),
        ("address = 2", "address = 2\nbaud = 4800", "the same driver and baud"),
        ('driver = "am03127"', 'driver = "alpha"', "the same driver and baud"),
    ],
)
def test_neighbours_that_would_talk_into_each_other_are_refused(tmp_path, old, new, told):
    with pytest.raises(BadConfig) as caught:
        read_text(tmp_path, GOOD + NEIGHBOUR.replace(old, new))
    assert told in str(caught.value)


def loudspeaker(name, **more):
    lines = "".join(f'{key} = "{value}"\n' for key, value in more.items() if value)
    return f'\n[[device]]\nid = "{name}"\nkind = "speaker"\nsecret = "x"\n{lines}'


def test_loudspeakers_of_every_kind(tmp_path):
    text = GOOD + loudspeaker("loa-2", driver="rtp", port="rtp://239.1.2.3:5004?ttl=4")
    text += loudspeaker("loa-3", driver="card", port="default", relay="lcus-2:/dev/ttyUSB1")
    text += "lead_in_ms = 800\ndelay_ms = 60\n"
    *_, horns, card = read_text(tmp_path, text).devices
    assert (horns.driver, horns.relay, horns.timing) == ("rtp", None, Timing())
    assert (card.relay, card.timing) == (Wiring.parse("lcus-2:/dev/ttyUSB1"), Timing(800, 60))


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("lcus-1:/dev/r", "lcus-2:/dev/r", None),
        ("rts:/dev/r", "rts:/dev/s", None),
        ("lcus-1:/dev/r", "lcus-1:/dev/r", "two loudspeakers have lcus-1:/dev/r"),
        ("rts:/dev/r", "dtr:/dev/r", "open for one relay only"),
        ("lcus-1:/dev/r", "dtr:/dev/r", "a relay board or a plain port, not both"),
        ("gpio:/dev/r:1", "gpio:/dev/r:2", None),
        ("gpio:/dev/r:1", "lcus-1:/dev/r", "a GPIO chip or a relay board, not both"),
        ("gpio:/dev/r:1", "gpio-low:/dev/r:1", "two loudspeakers have gpio-low:/dev/r:1"),
    ],
)
def test_relays_share_a_board_but_no_wire(tmp_path, first, second, told):
    text = GOOD + loudspeaker("loa-2", driver="card", port="a", relay=first)
    text += loudspeaker("loa-3", driver="card", port="b", relay=second)
    if told is None:
        assert len(read_text(tmp_path, text).devices) == 5
    else:
        with pytest.raises(BadConfig, match=told):
            read_text(tmp_path, text)


def test_no_file(tmp_path):
    with pytest.raises(BadConfig, match="cannot be read"):
        read(tmp_path / "none.toml")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=100), st.text(max_size=100).map(str.encode)))
def test_garbage_is_bad_config(tmp_path, data):
    with pytest.raises(BadConfig):
        read_text(tmp_path, data)


def test_firmware_keys_are_other_keys_and_may_be_none(tmp_path):
    assert read_text(tmp_path, GOOD).firmware_keys == {}
    maker = base64.b64encode(bytes(32)).decode()
    more = f'plan_keys = ["{PLAN_KEY}"]\nfirmware_keys = ["{maker}"]'
    config = read_text(tmp_path, GOOD.replace(f'plan_keys = ["{PLAN_KEY}"]', more))
    assert len(config.firmware_keys) == 1
    assert not config.firmware_keys.keys() & config.keys.keys()


@pytest.mark.parametrize("keys", ["[]", '["abc"]', '"abc"'])
def test_firmware_keys_that_are_none_are_told(tmp_path, keys):
    text = GOOD.replace('data = "field"', f'data = "field"\nfirmware_keys = {keys}')
    with pytest.raises(BadConfig, match="firmware_keys"):
        read_text(tmp_path, text)


SPEAKER = 'port = "127.0.0.1:4713"'


def test_a_truck_has_a_receiver(tmp_path):
    text = GOOD.replace(SPEAKER, f'{SPEAKER}\ngps = "/dev/ttyACM0"\ngps_baud = 115200')
    *_, truck = read_text(tmp_path, text).devices
    assert (truck.gps, truck.gps_baud) == ("/dev/ttyACM0", 115_200)
    text = GOOD.replace(SPEAKER, f'{SPEAKER}\ngps = "gpsd://127.0.0.1:2947"')
    *_, truck = read_text(tmp_path, text).devices
    assert (truck.gps, truck.gps_baud) == ("gpsd://127.0.0.1:2947", None)


@pytest.mark.parametrize(
    ("old", "more", "told"),
    [
        (SPEAKER, 'gps = "gpsd://"', "gps gpsd://: is not gpsd://host:port"),
        (SPEAKER, 'gps = ""', "loa-1 needs gps"),
        (SPEAKER, 'gps = "/dev/ttyUSB0"', "gps /dev/ttyUSB0 is bang-1's line"),
        (SPEAKER, 'gps = "gpsd://a"\ngps_baud = 9600', "for serial lines"),
        (SPEAKER, 'gps = "/dev/ttyACM0"\ngps_baud = 9601', "gps_baud is one of"),
        (SPEAKER, "gps_baud = 9600", "for serial lines"),
        ("address = 1", 'gps = "/dev/ttyACM0"', "bang-1: only a loudspeaker has gps"),
    ],
)
def test_a_receiver_that_cannot_be_is_told(tmp_path, old, more, told):
    with pytest.raises(BadConfig) as caught:
        read_text(tmp_path, GOOD.replace(old, f"{old}\n{more}"))
    assert told in str(caught.value)


def test_two_trucks_do_not_share_a_serial_line_but_may_share_a_gpsd(tmp_path):
    one = GOOD[GOOD.index('[[device]]\nid = "loa-1"') :]
    other = one.replace("loa-1", "loa-2").replace("4713", "4714")
    for gps, is_good in (("gpsd://127.0.0.1", True), ("/dev/ttyACM0", False)):
        text = GOOD + other + f'gps = "{gps}"\n'
        text = text.replace(SPEAKER, f'{SPEAKER}\ngps = "{gps}"')
        if is_good:
            assert len(read_text(tmp_path, text).devices) == 4
        else:
            with pytest.raises(BadConfig, match="is loa-1's line"):
                read_text(tmp_path, text)
