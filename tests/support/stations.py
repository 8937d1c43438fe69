"""Real stations on the loopback address: Debian's Icecast with a source, and HLS in files."""

import base64
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import tones
from av.audio.frame import AudioFrame
from parts import missing
from waiting import until

LOOPBACK = "127.0.0.1"
PASSWORD = "mat-khau-nguon"
AHEAD_S = 4.0
"""A source sends so much at once, as one does that has been on the air for a while."""
KINDS = {
    "mp3": ("mp3", "libmp3lame", "audio/mpeg"),
    "aac": ("adts", "aac", "audio/aac"),
    "opus": ("ogg", "libopus", "application/ogg"),
}
_CONFIG = """<icecast>
  <limits><clients>20</clients><sources>8</sources><queue-size>524288</queue-size>
    <source-timeout>5</source-timeout><burst-size>65535</burst-size></limits>
  <authentication><source-password>{password}</source-password>
    <relay-password>{password}</relay-password><admin-user>admin</admin-user>
    <admin-password>{password}</admin-password></authentication>
  <hostname>localhost</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><basedir>{folder}</basedir><logdir>{folder}</logdir>
    <webroot>{folder}</webroot><adminroot>{folder}</adminroot></paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog>
    <loglevel>3</loglevel></logging>
  <security><chroot>0</chroot>{owner}</security>
</icecast>
"""
_OWNER = "<changeowner><user>nobody</user><group>nogroup</group></changeowner>"


@contextmanager
def icecast() -> Iterator[int]:
    """Run Debian's Icecast; yield its port."""
    program = shutil.which("icecast2", path="/usr/bin:/usr/local/bin")
    if program is None:
        missing("no icecast2 (Debian package icecast2)")
    is_root = os.getuid() == 0  # it refuses to be root, and then may not read another's folder
    with tempfile.TemporaryDirectory() as name, socket.create_server((LOOPBACK, 0)) as free:
        folder, port = Path(name), free.getsockname()[1]
        free.close()
        owner = _OWNER if is_root else ""
        config = _CONFIG.format(password=PASSWORD, port=port, folder=folder, owner=owner)
        (folder / "icecast.xml").write_text(config, "utf-8")
        if is_root:
            folder.chmod(0o755)
            shutil.chown(folder, "nobody", "nogroup")
        with (folder / "out.log").open("wb") as log:
            server = subprocess.Popen(
                [program, "-c", str(folder / "icecast.xml")], stdout=log, stderr=log
            )
        try:
            until(lambda: _answers(port), timeout_s=10, why="icecast listens")
            yield port
        finally:
            server.terminate()
            server.wait(10)


@contextmanager
def on_air(port: int, mount: str, kind: str, samples: np.ndarray) -> Iterator["Source"]:
    """Send a sound round and round to a mount, as an encoder in a studio does."""
    source = Source(port, mount, kind, samples)
    try:
        until(lambda: source.sent_s > AHEAD_S / 2, timeout_s=10, why="the source sends")
        yield source
    finally:
        source.stop()


class Source:
    """A source client on a thread of its own."""

    def __init__(self, port: int, mount: str, kind: str, samples: np.ndarray) -> None:
        container, self._codec, content_type = KINDS[kind]
        self._socket = socket.create_connection((LOOPBACK, port), 5)
        self._socket.sendall(
            f"PUT {mount} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
            f"Authorization: Basic {_basic()}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        answer = self._socket.recv(4096)
        assert b" 100 " in answer.split(b"\r\n")[0], answer
        self._container = av.open(self, "w", format=container)
        self.samples = samples
        self.sent_s = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def write(self, data: bytes) -> int:
        self._socket.sendall(data)
        return len(data)

    def stop(self) -> None:
        """Hang up, as a cable does."""
        self._stopped.set()
        self._thread.join(10)
        self._socket.close()

    def _send(self) -> None:
        stream = self._container.add_stream(self._codec, rate=tones.RATE_HZ, layout="mono")
        stream.bit_rate = 64_000
        block, place = tones.RATE_HZ // 10, 0
        with suppress(OSError, av.FFmpegError):
            while not self._stopped.is_set():
                places = np.arange(place, place + block) % len(self.samples)
                self._container.mux(stream.encode(_frame(self.samples[places], place)))
                place += block
                self.sent_s = place / tones.RATE_HZ
                if self.sent_s > AHEAD_S:
                    self._stopped.wait(0.1)


def hls(folder: Path, samples: np.ndarray, *, segment_s: int = 1) -> Path:
    """Write a sound as a station's segments; return its playlist."""
    playlist = folder / "kenh.m3u8"
    options = {"hls_time": str(segment_s), "hls_list_size": "0"}
    with av.open(str(playlist), "w", format="hls", options=options) as file:
        stream = file.add_stream("aac", rate=tones.RATE_HZ, layout="mono")
        stream.bit_rate = 64_000
        file.mux(stream.encode(_frame(samples, 0)))
        file.mux(stream.encode(None))
    return playlist


def _frame(samples: np.ndarray, place: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate, frame.pts, frame.time_base = tones.RATE_HZ, place, Fraction(1, tones.RATE_HZ)
    return frame


def _basic() -> str:
    return base64.b64encode(f"source:{PASSWORD}".encode()).decode()


def _answers(port: int) -> bool:
    asking = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        asking.request("GET", "/")
        return asking.getresponse().status > 0
    except OSError:
        return False
    finally:
        asking.close()
