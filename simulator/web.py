"""The simulator's own small HTTP face: what the street sees and hears, and faults on demand."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import uvicorn
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from playlists.text.picture import MAX_SCALE, png
from simulator import district
from simulator.boards.board import Fault, SimulatedBoard
from simulator.boards.equipped import EquippedSign
from simulator.boards.wired import WiredBoard
from simulator.district import District
from simulator.errors import NoSuchDevice, SimulatorError
from simulator.receivers import SimulatedReceiver
from simulator.speakers.speaker import MEMORY_S
from simulator.trucks import KMH_M_S

SHUTDOWN_TIMEOUT_S: Final = 2


class FaultOrder(BaseModel):
    """Which board shall fail, and how."""

    device: str
    fault: Fault


def create_app(simulated: District) -> FastAPI:
    """Return the face of a district."""
    app = FastAPI(title="Signcast simulator", docs_url=None, redoc_url=None)

    @app.exception_handler(SimulatorError)
    def refuse(_request: Request, exc: SimulatorError) -> JSONResponse:
        status = 404 if isinstance(exc, NoSuchDevice) else 422
        problem = {"type": "about:blank", "title": str(exc), "status": status}
        return JSONResponse(problem, status, media_type="application/problem+json")

    @app.get("/boards")
    async def boards() -> list[dict[str, object]]:
        return [
            {
                "id": board.id,
                "dialect": board.dialect,
                "width": board.geometry.width_px,
                "height": board.geometry.height_px,
                "depth": board.depth.word,
                "link": board.link,
                "lit": int(board.frame().to_bitmap().sum()),
                "firmware": _firmware(board),
            }
            for board in simulated.boards.values()
        ]

    @app.get("/boards/{name}.png")
    async def board_picture(
        name: str, scale: Annotated[int, Query(ge=1, le=MAX_SCALE)] = 1
    ) -> Response:
        if name not in simulated.boards:
            raise NoSuchDevice(f"no board is called {name}")
        picture = png(simulated.boards[name].frame(), scale)
        return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})

    @app.get("/speakers")
    async def speakers() -> list[dict[str, object]]:
        return [
            {
                "id": speaker.id,
                "link": f"tcp://{speaker.host}:{speaker.port}",
                "amplifier": None if speaker.amplifier is None else speaker.amplifier.is_on,
            }
            for speaker in simulated.speakers.values()
        ]

    @app.get("/speakers/{name}.wav")
    async def speaker_sound(
        name: str, seconds: Annotated[float, Query(gt=0, le=MEMORY_S)] = 30
    ) -> Response:
        if name not in simulated.speakers:
            raise NoSuchDevice(f"no speaker is called {name}")
        return Response(simulated.speakers[name].wav(seconds), media_type="audio/wav")

    @app.post("/faults", status_code=204)
    async def fail(order: FaultOrder) -> None:
        if order.device not in simulated.boards:
            raise NoSuchDevice(f"no board is called {order.device}")
        simulated.boards[order.device].fail(order.fault)

    _show_trucks(app, simulated)
    return app


def _show_trucks(app: FastAPI, simulated: District) -> None:
    @app.get("/trucks")
    async def trucks() -> list[dict[str, object]]:
        return [_seen(receiver) for receiver in simulated.trucks.values()]


def _seen(receiver: SimulatedReceiver) -> dict[str, object]:
    """Return where a truck really is, whatever its receiver says."""
    place, speed_m_s = receiver.truck.route.at(receiver.second)
    return {
        "id": receiver.truck.id,
        "gps": receiver.where,
        "lat": round(place.lat_deg, 6),
        "lon": round(place.lon_deg, 6),
        "speed_kmh": round(speed_m_s / KMH_M_S, 1),
    }


def _firmware(board: SimulatedBoard) -> str | None:
    """Return which firmware a board runs; None when its firmware cannot be replaced."""
    sign = board.sign if isinstance(board, WiredBoard) else None
    if not isinstance(sign, EquippedSign):
        return None
    return str(sign.bootloader.running.manifest.version)


async def run(config: Path) -> None:
    """Simulate the district of a file until SIGINT or SIGTERM."""
    simulated = district.read(config)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(simulated),
            host=simulated.host,
            port=simulated.port,
            log_level="warning",
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
        )
    )
    lives = asyncio.create_task(simulated.live(), name="district")
    lives.add_done_callback(lambda _task: setattr(server, "should_exit", True))
    await server.serve()
    lives.cancel()
    await asyncio.gather(lives, return_exceptions=True)
    if not lives.cancelled() and (failure := lives.exception()) is not None:
        raise failure
