"""A microphone for tests: real Opus, sent as a browser sends it, and heard again."""

import io
import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction

import av
import httpx
import numpy as np
import pytest
import tones
from av.audio.frame import AudioFrame
from av.codec.context import CodecContext
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PACKET = tones.RATE_HZ // 50
PACKET_S = 1 / 50


def opus(samples: np.ndarray) -> list[bytes]:
    """Return packets of 20 ms."""
    encoder = CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = tones.RATE_HZ, "mono", "s16"
    encoder.bit_rate, encoder.options = 32_000, {"frame_duration": "20", "application": "voip"}
    packets = []
    for start in range(0, len(samples) // PACKET * PACKET, PACKET):
        block = samples[start : start + PACKET].reshape(1, -1)
        frame = AudioFrame.from_ndarray(block, "s16", "mono")
        frame.sample_rate, frame.pts = tones.RATE_HZ, start
        frame.time_base = Fraction(1, tones.RATE_HZ)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


def unpacked(data: bytes) -> np.ndarray:
    """Return what is heard in a stream, whole or joined late."""
    resampler = av.AudioResampler("s16", "mono", tones.RATE_HZ)
    with av.open(io.BytesIO(data)) as file:
        frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def real_time(packets: Iterable[bytes]) -> Iterator[bytes]:
    """Yield packets at the pace of a microphone."""
    began_s = time.monotonic()
    for number, packet in enumerate(packets):
        time.sleep(max(0.0, began_s + number * PACKET_S - time.monotonic()))
        yield packet


@contextmanager
def microphone(http: httpx.Client, page: dict[str, object], **headers: str):
    """Connect as the owner of a token does."""
    headers = headers or {"Authorization": http.headers["Authorization"]}
    url = str(http.base_url.join(str(page["microphone"]))).replace("http://", "ws://")
    with connect(url, additional_headers=headers, compression=None) as socket:
        yield socket


class Ear(threading.Thread):
    """Listens to a page to its end, and remembers when what came."""

    def __init__(self, client: httpx.Client, page: dict[str, object]) -> None:
        super().__init__()
        self._client, self._page = client, page
        self.came: list[tuple[float, bytes]] = []
        self.start()

    def run(self) -> None:
        with self._client.stream("GET", f"/pages/{self._page['id']}/sound") as answer:
            assert answer.headers["content-type"] == "audio/ogg"
            for block in answer.iter_raw():
                self.came.append((time.monotonic(), block))

    def heard(self) -> np.ndarray:
        self.join(20)
        return unpacked(self.sound)

    @property
    def sound(self) -> bytes:
        return b"".join(block for _, block in self.came)


def goodbye(socket: ClientConnection) -> tuple[list[dict], int, str]:
    """Read to the end: what was told, and how the socket closed."""
    told: list[dict] = []
    with pytest.raises(ConnectionClosed) as closed:
        _collect(socket, told)
    rcvd = closed.value.rcvd
    assert rcvd is not None, "closed without a word"
    return told, rcvd.code, rcvd.reason


def _collect(socket: ClientConnection, told: list[dict]) -> None:
    while True:
        told.append(json.loads(socket.recv(20)))
