"""`signcast page`: a sound file is spoken live to loudspeakers, as the console's microphone is."""

import asyncio
import contextlib
import itertools
import json
import math
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import typer
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from api.livewords import ENDINGS
from controller.live.model import PACKET_MS, PACKETS_PER_S, Reason
from playlists.audio import chain
from playlists.audio.decode import decode
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.errors import PlaylistsError

STDIN: Final = "-"
SPARE_S: Final = 30
"""How much longer than its sound a page may last: loudspeakers come first."""
PATIENCE_S: Final = 5.0
"""For loudspeakers to come, before the sound begins without those that are missing."""
BIT_RATE_BPS: Final = 28_000
TIMEOUT_S: Final = 30.0
"""A controller that is busy takes some seconds to open a booth."""
_PACKET: Final = SAMPLE_RATE_HZ // PACKETS_PER_S
_METER: Final = 12
"""Cells of the level meter."""
_FLOOR_DBFS: Final = -60.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asked for."""

    file: str
    targets: list[str]
    broadcast_class: str
    priority: int
    max_s: int | None
    name: str | None
    url: str
    token: str


class _Refused(Exception):
    """The controller refused it; the message says why, in Vietnamese and in English."""


@dataclass(slots=True)
class _Told:
    """What the controller told last."""

    left_s: float = 0.0
    level_dbfs: float = _FLOOR_DBFS
    listening: int = 0
    total: int = 0

    def take(self, status: dict[str, Any]) -> None:
        self.left_s, self.level_dbfs = status["left_s"], status["level_dbfs"]
        self.listening, self.total = status["devices"]["listening"], status["devices"]["total"]

    @property
    def all_listen(self) -> bool:
        return 0 < self.total <= self.listening

    @property
    def words(self) -> str:
        share = 1 - max(self.level_dbfs, _FLOOR_DBFS) / _FLOOR_DBFS
        cells = round(_METER * min(1.0, share))
        level = "▮" * cells + "▯" * (_METER - cells)
        return f"{level}  {self.listening}/{self.total} listen  {self.left_s:.0f} s left"


def run(wish: Wish) -> int:
    """Speak until the sound ends; return the exit status, having said what was wrong."""
    if not wish.token:
        return _say_wrong("give a token of this controller in SIGNCAST_TOKEN, or with --token", 2)
    try:
        samples = decode(_read(wish.file))
    except (PlaylistsError, OSError) as exc:
        return _say_wrong(f"{wish.file}: {exc}", 2)
    try:
        with _calling(wish) as controller:
            return _page(controller, wish, samples)
    except _Refused as exc:
        return _say_wrong(str(exc), 1)
    except (httpx.HTTPError, httpx.InvalidURL, WebSocketException, OSError) as exc:
        return _say_wrong(f"{wish.url}: {exc}; is it the controller's address?", 1)


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()


def _calling(wish: Wish) -> httpx.Client:
    headers = {"Authorization": f"Bearer {wish.token}"}
    return httpx.Client(base_url=wish.url, headers=headers, timeout=TIMEOUT_S, trust_env=False)


def _page(controller: httpx.Client, wish: Wish, samples: Samples) -> int:
    page = _begun(controller, wish, len(samples))
    devices, ends_at = page["devices"], page["ends_at"]
    typer.echo(f"speaking to {devices} loudspeakers, until {ends_at} at the latest", err=True)
    try:
        reason = asyncio.run(_speak(controller, page, samples))
    finally:
        # Whatever went wrong, nobody speaks any more; releasing twice is releasing once.
        with contextlib.suppress(httpx.HTTPError):
            controller.post(f"/api/v1/pages/{page['id']}/release")
    typer.echo(ENDINGS[reason], err=True)
    return 0 if reason is Reason.RELEASED else 1


def _begun(controller: httpx.Client, wish: Wish, samples: int) -> dict[str, Any]:
    length_s = math.ceil(samples / SAMPLE_RATE_HZ)
    asked = {
        "name": wish.name or ("stdin" if wish.file == STDIN else Path(wish.file).stem),
        "targets": wish.targets,
        "class": wish.broadcast_class,
        "priority": wish.priority,
        "max_s": wish.max_s or length_s + SPARE_S,
    }
    answer = controller.post("/api/v1/pages", json=asked)
    if answer.status_code != HTTPStatus.CREATED:
        raise _Refused(_reason(answer))
    page: dict[str, Any] = answer.json()
    return page


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return f"{problem['detail']}\n{problem['detail_en']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.url}: status {answer.status_code}; is it the controller's address?"


async def _speak(controller: httpx.Client, page: dict[str, Any], samples: Samples) -> Reason:
    """Send the sound in real time and show what the controller tells; return why it ended."""
    url = str(controller.base_url.join(page["microphone"])).replace("http", "ws", 1)
    headers = {"Authorization": controller.headers["Authorization"]}
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    told = _Told()
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
        with _shown(len(samples), told) as shown:
            saying = asyncio.create_task(_say(socket, samples, told, stop, shown))
            try:
                return await _hear(socket, told)
            finally:
                saying.cancel()
                await asyncio.gather(saying, return_exceptions=True)


async def _hear(socket: ClientConnection, told: _Told) -> Reason:
    try:
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == "released":
                return Reason(message["reason"])
            told.take(message)
    except ConnectionClosed as exc:
        words = exc.rcvd.reason if exc.rcvd is not None else "the line was lost"
        raise _Refused(f"the controller hung up: {words}") from exc


async def _say(
    socket: ClientConnection,
    samples: Samples,
    told: _Told,
    stop: asyncio.Event,
    shown: Callable[[int], None],
) -> None:
    """Send silence until the loudspeakers listen, then the sound, then a release."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    encoder, at = _Encoder(), 0
    for number in itertools.count():
        await asyncio.sleep(began_s + number / PACKETS_PER_S - loop.time())
        if stop.is_set() or at >= len(samples):
            break
        begins = at > 0 or told.all_listen or loop.time() - began_s > PATIENCE_S
        block = samples[at : at + _PACKET] if begins else samples[:0]
        at += len(block)
        shown(at)
        for packet in encoder.encode(block):
            await socket.send(packet)
    await socket.send(json.dumps({"type": "release"}))


class _Encoder:
    """Opus, 20 ms a packet."""

    def __init__(self) -> None:
        context = CodecContext.create("libopus", "w")
        if not isinstance(context, AudioCodecContext):
            raise AssertionError("Opus is sound")  # noqa: TRY004 -- for the type checker
        context.sample_rate, context.layout, context.format = SAMPLE_RATE_HZ, "mono", "s16"
        context.bit_rate = BIT_RATE_BPS
        context.options = {"frame_duration": str(PACKET_MS), "application": "voip"}
        self._context = context
        self._at = 0

    def encode(self, block: Samples) -> list[bytes]:
        """Return the packets of 20 ms, filled up with silence."""
        whole = np.zeros(_PACKET, np.int16)
        whole[: len(block)] = block
        packets = self._context.encode(chain.frame(whole, self._at))
        self._at += _PACKET
        return [bytes(packet) for packet in packets]


@contextlib.contextmanager
def _shown(length: int, told: _Told) -> Iterator[Callable[[int], None]]:
    """Show how far the sound is, if somebody looks."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _at: None
        return
    columns = BarColumn(), TextColumn("{task.fields[at]}  {task.fields[words]}")
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=length, at="", words="")

        def show(at: int) -> None:
            spoken = f"{at / SAMPLE_RATE_HZ:.0f}/{length / SAMPLE_RATE_HZ:.0f} s"
            shown.update(task, completed=at, at=spoken, words=told.words)

        yield show


def _say_wrong(reason: str, status: int) -> int:
    typer.echo(f"signcast: {reason}", err=True)
    return status
