"""A microphone's WebSocket: packets come in, a status goes out, and at the end the reason.

docs/protocols/page.md says what travels.
"""

import asyncio
import contextlib
import json
from dataclasses import asdict
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.duties import until_one_ends
from api.livewords import CLOSINGS, ENDINGS
from controller.errors import Conflict, ControllerError
from controller.live.model import Reason
from controller.live.onair import OnAir
from controller.live.session import Session
from controller.model import Person

STATUS_EVERY_S: Final = 0.25
MAX_TEXT_CHARS: Final = 200
NORMAL: Final = 1000


class NotAMessage(ControllerError):
    """A text that is no message of the protocol."""

    code = "not-a-message"


async def refuse(socket: WebSocket, refusal: ControllerError) -> None:
    """Close an accepted socket with the number and words of a refusal."""
    number, reason = CLOSINGS[refusal.code]
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it may be gone already
        await socket.close(number, reason)


async def serve(socket: WebSocket, on_air: OnAir, session: Session, person: Person) -> None:
    """Serve an accepted microphone until the page or the socket is over; ControllerError refuses.

    A socket that is lost does not end the page: its microphone may come back within seconds.
    """
    with session.microphone() as lost:
        raised = await until_one_ends(
            _hear(socket, on_air, session, person), _tell(socket, session), _give_up(lost)
        )
    for one in raised:
        if not isinstance(one, asyncio.CancelledError | WebSocketDisconnect):
            raise one


async def _hear(socket: WebSocket, on_air: OnAir, session: Session, person: Person) -> None:
    """Take what comes until the socket is lost, or a release was asked for and is done."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        packet = message.get("bytes")
        if packet is not None:
            await session.say(packet)
            continue
        _check_release(message.get("text") or "")
        await on_air.release(session.page.id, person)
        await asyncio.Event().wait()  # the other duty says goodbye


async def _tell(socket: WebSocket, session: Session) -> None:
    """Tell the status a few times a second, and the reason at the end."""
    while not session.over.is_set():
        await socket.send_text(_status(session))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STATUS_EVERY_S):
                await session.over.wait()
    reason = session.reason or Reason.FAULT
    await socket.send_text(json.dumps({"type": "released", "reason": reason.value}))
    if socket.application_state is WebSocketState.CONNECTED:
        await socket.close(NORMAL, ENDINGS[reason])


async def _give_up(lost: asyncio.Event) -> None:
    await lost.wait()
    raise Conflict("it was taken over", reason="another microphone is connected")


def _check_release(text: str) -> None:
    try:
        told = json.loads(text) if len(text) <= MAX_TEXT_CHARS else None
    except ValueError:
        told = None
    if told != {"type": "release"}:
        raise NotAMessage("only a release is understood")


def _status(session: Session) -> str:
    told = asdict(session.status())
    devices = {"total": told.pop("devices"), "listening": told.pop("listening")}
    rounded = {name: round(value, 1) for name, value in told.items()}
    return json.dumps({"type": "status", **rounded, "devices": devices})
