"""From a loudspeaker's configuration to its output, and to what horns are told."""

import asyncio
import base64

import httpx
import pytest

from drivers.speaker.card import CardOutput
from drivers.speaker.pcm import PcmOutput
from drivers.speaker.rtp import RtpOutput
from firmware_bridge import config, loudspeakers
from firmware_bridge.clock import SystemClock
from firmware_bridge.gateway import Gateway
from firmware_bridge.hardware import Hardware

FILE = f"""
[controller]
url = "http://127.0.0.1:9"
mqtt_url = "mqtt://127.0.0.1:9"
tenant = "demo"
plan_keys = ["{base64.b64encode(bytes(range(32))).decode()}"]
data = "field"

[[device]]
id = "loa-1"
kind = "speaker"
secret = "x"
driver = "rtp"
port = "rtp://239.1.2.3:5004?ttl=4"

[[device]]
id = "loa-2"
kind = "speaker"
secret = "y"
driver = "pcm"
port = "127.0.0.1:4713"
relay = "lcus-1:/dev/ttyUSB9"
"""


@pytest.mark.parametrize(
    ("driver", "port", "kind"),
    [
        ("rtp", "rtp://239.1.2.3:5004", RtpOutput),
        ("card", "default", CardOutput),
        ("pcm", "10.0.0.9:4713", PcmOutput),
    ],
)
def test_each_driver_has_its_output(driver, port, kind):
    assert loudspeakers.check_port(driver, port) == port
    output = loudspeakers.output(driver, port)
    assert isinstance(output, kind)
    assert output.ahead_s == 0
    assert output.latency_ms >= 0
    output.close()


def test_a_gateway_leaves_a_description_for_horns_beside_the_journal(tmp_path):
    (tmp_path / "gateway.toml").write_text(FILE, "utf-8")
    settings = config.read(tmp_path / "gateway.toml")

    async def build():
        async with httpx.AsyncClient(trust_env=False) as http:
            Gateway(settings, Hardware(), http, SystemClock())

    asyncio.run(build())
    sdp = (tmp_path / "field" / "loa-1" / "horns.sdp").read_bytes()
    assert b"s=loa-1\r\n" in sdp
    assert b"c=IN IP4 239.1.2.3/4\r\n" in sdp
    assert not (tmp_path / "field" / "loa-2" / "horns.sdp").exists()
