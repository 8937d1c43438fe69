"""Opus over RTP: packets by the book, and FFmpeg hears what was said."""

import itertools
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import paging
import pytest
import tones
from hypothesis import given
from hypothesis import strategies as st
from parts import missing

from drivers.errors import LinkLost
from drivers.speaker.rtp import LATENCY_MS, Destination, RtpOutput, describe

GROUP = "rtp://239.1.2.3:5004?ttl=4"
SUPPORT = Path(paging.__file__).parent
ROOT = SUPPORT.parent.parent


class Seconds:
    """Time that passes only when somebody sleeps."""

    now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds_s):
        self.now += seconds_s


@pytest.fixture
def horn():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        while line.getsockname()[1] % 2:  # RTP ports are even
            line.close()
            line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # noqa: PLW2901 -- try again
            line.bind(("127.0.0.1", 0))
        line.settimeout(5)
        yield line
        line.close()


def to(horn, **more):
    clock = Seconds()
    output = RtpOutput(
        Destination("127.0.0.1", horn.getsockname()[1]), clock=clock, sleep=clock.sleep, **more
    )
    return output, clock


def packets(horn, count):
    """The next packets, as (version, marker, type, sequence, time stamp, source, payload)."""
    for _ in range(count):
        data = horn.recv(2_000)
        first, second, sequence, stamp, ssrc = struct.unpack_from("!BBHII", data)
        yield first >> 6, second >> 7, second & 0x7F, sequence, stamp, ssrc, data[12:]


def test_packets_follow_rfc_3550(horn):
    output, _ = to(horn)
    paging.play(output, tones.tone(600.0, 0.2, -12.0))
    seen = list(packets(horn, 11))
    assert {(version, kind) for version, _, kind, *_ in seen} == {(2, 96)}
    assert [marker for _, marker, *_ in seen] == [1] + [0] * 10
    sequences, stamps = [one[3] for one in seen], [one[4] for one in seen]
    assert {(b - a) % (1 << 16) for a, b in itertools.pairwise(sequences)} == {1}
    assert {(b - a) % (1 << 32) for a, b in itertools.pairwise(stamps)} == {960}
    assert len({one[5] for one in seen}) == 1


def test_each_packet_is_20_ms_of_mono_opus(horn):
    output, _ = to(horn)
    paging.play(output, tones.tone(600.0, 0.2, -12.0))
    for *_, payload in packets(horn, 10):
        config, is_stereo, code = payload[0] >> 3, payload[0] >> 2 & 1, payload[0] & 3
        frame_ms = (10, 20, 40, 60)[config % 4] if config < 12 else (10, 20)[config % 2]
        frame_ms = frame_ms if config < 16 else (2.5, 5, 10, 20)[config % 4]
        assert (frame_ms, is_stereo, code) == (20, 0, 0), "RFC 6716, section 3.1"


def test_after_a_silence_the_sequence_goes_on_and_the_stamps_have_passed(horn):
    output, clock = to(horn)
    paging.play(output, np.zeros(960, np.int16))
    *_, before = packets(horn, 2)
    silent_s = 10.0
    clock.now += silent_s
    began_s = clock.now
    paging.play(output, np.zeros(960, np.int16))
    after = next(packets(horn, 1))
    assert after[1] == 1
    assert (after[3] - before[3]) % (1 << 16) == 1
    assert (after[4] - before[4]) % (1 << 32) == pytest.approx(began_s * 48_000, abs=2 * 960)


def test_nothing_is_sent_long_before_it_is_due(horn):
    output, clock = to(horn)
    output.open()
    for _ in range(50):
        output.write(np.zeros(960, np.int16))
        assert output.ahead_s <= (LATENCY_MS + 20) / 1000 + 1e-9
    output.drain()
    assert clock.now == pytest.approx(1.0, abs=0.045)
    output.close()
    assert output.ahead_s == 0


@given(st.lists(st.integers(0, 2_500), max_size=8))
def test_blocks_of_any_length_become_the_same_packets(lengths):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0)
        clock = Seconds()
        place = Destination("127.0.0.1", line.getsockname()[1])
        output = RtpOutput(place, clock=clock, sleep=clock.sleep)
        output.open()
        for length in lengths:
            output.write(np.zeros(length, np.int16))
        output.close()
        count = 0
        try:
            while line.recv(2_000):
                count += 1
        except BlockingIOError:
            pass
        assert count == sum(lengths) // 960


def test_a_horn_that_does_not_listen_is_no_fault(horn):
    output, _ = to(horn)
    horn.close()
    paging.play(output, tones.tone(600.0, 0.2, -12.0))


def test_a_network_that_is_not_there_is_link_lost():
    with pytest.raises(LinkLost, match=r"rtp://239\.1\.2\.3:5004"):
        RtpOutput(Destination("239.1.2.3", 5004, interface="192.0.2.1")).open()


def test_what_is_closed_takes_nothing(horn):
    output, _ = to(horn)
    with pytest.raises(LinkLost, match="not open"):
        output.write(np.zeros(960, np.int16))
    output.close()
    output.close()


@pytest.mark.parametrize(
    "url",
    [
        "rtp://239.1.2.3",
        "rtp://239.1.2.3:5005",
        "rtp://239.1.2.3:99999",
        "rtp://loa:5004",
        "rtp://239.1.2.3:5004?ttl=0",
        "rtp://239.1.2.3:5004?ttl=256",
        "rtp://239.1.2.3:5004?volume=11",
        "rtp://239.1.2.3:5004?interface=eth0",
        "rtp://239.1.2.3:5004/x",
        "udp://239.1.2.3:5004",
        "rtp://[::1",
        "",
    ],
)
def test_other_destinations_are_refused(url):
    with pytest.raises(LinkLost, match="is not rtp://address:port"):
        Destination.parse(url)


@given(st.text())
def test_any_text_is_a_destination_or_link_lost(text):
    try:
        Destination.parse(text)
    except LinkLost:
        return


def test_the_sdp_says_what_is_sent():
    destination = Destination.parse(GROUP)
    assert (destination.host, destination.port, destination.ttl) == ("239.1.2.3", 5004, 4)
    assert describe(destination, "Loa khu phố 3").split("\r\n") == [
        "v=0",
        "o=- 0 0 IN IP4 239.1.2.3",
        "s=Loa khu phố 3",
        "c=IN IP4 239.1.2.3/4",
        "t=0 0",
        "m=audio 5004 RTP/AVP 96",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:96 stereo=0;sprop-stereo=0;maxaveragebitrate=64000",
        "a=ptime:20",
        "a=recvonly",
        "",
    ]


def said_as_heard(told, heard):
    """What a horn heard is as long, as loud, and of the same pitch."""
    ((start_s, end_s),) = tones.find_tone(heard, 700.0)
    assert end_s - start_s == pytest.approx(len(told) / tones.RATE_HZ, abs=0.1)
    middle = heard[int((start_s + 0.2) * tones.RATE_HZ) : int((end_s - 0.2) * tones.RATE_HZ)]
    assert tones.strongest_hz(middle) == pytest.approx(700.0, abs=2)
    level_db = 20 * np.log10(np.sqrt(np.mean(middle.astype(float) ** 2)))
    told_db = 20 * np.log10(np.sqrt(np.mean(told.astype(float) ** 2)))
    assert level_db == pytest.approx(told_db, abs=0.5)


def test_one_horn_hears_what_was_said(tmp_path, horn):
    port = horn.getsockname()[1]
    horn.close()
    told = tones.tone(700.0, 3.0, -12.0)
    said_as_heard(told, paging.page(tmp_path, f"rtp://127.0.0.1:{port}", told))


def test_a_multicast_group_hears_what_was_said(tmp_path):
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        missing("no unshare and ip to make a network namespace with")
    told = tones.tone(700.0, 3.0, -12.0)
    (tmp_path / "told.wav").write_bytes(tones.as_wav(told))
    inside = (
        "ip link set lo up && ip link set lo multicast on && ip route add 224.0.0.0/4 dev lo && "
        'exec "$0" "$@"'
    )
    command = [sys.executable, str(SUPPORT / "paging.py"), str(tmp_path), GROUP]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--net", "sh", "-c", inside, *command],
        env=os.environ | {"PYTHONPATH": f"{SUPPORT}:{ROOT}"},
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    if "unshare" in done.stderr:
        missing(f"no network namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    said_as_heard(told, tones.from_wav((tmp_path / "heard.wav").read_bytes()))
