"""Firmware of boards: files that administrators upload, and their rollouts in waves."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api.access import App, Asker
from api.rollouts import FirmwareOut, RolloutIn, RolloutOut
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import Page

router = APIRouter()


@router.post("/firmware", status_code=201)
def upload(
    app: App, asker: Asker, response: Response, file: Annotated[UploadFile, File()]
) -> FirmwareOut:
    """Keep a firmware file as `signcast firmware sign` makes it; for administrators."""
    kept = app.firmware.add(file.file.read(), asker)
    response.headers["Location"] = f"/api/v1/firmware/{kept.id}"
    return FirmwareOut.model_validate(kept)


@router.get("/firmware")
def firmware(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List firmware, newest first."""
    found, after = app.firmware.list(cursor, limit)
    return Page(items=[FirmwareOut.model_validate(one) for one in found], next=after)


@router.get("/firmware/{name}")
def one_firmware(app: App, _asker: Asker, name: str) -> FirmwareOut:
    """Return one firmware."""
    return FirmwareOut.model_validate(app.firmware.get(name))


@router.post("/rollouts", status_code=201)
def begin(app: App, asker: Asker, rollout: RolloutIn, response: Response) -> RolloutOut:
    """Begin to bring a firmware to boards, the first wave at once; for administrators."""
    begun = app.rollouts.create(rollout.to_draft(), asker)
    response.headers["Location"] = f"/api/v1/rollouts/{begun.id}"
    return RolloutOut.of(begun)


@router.get("/rollouts")
def rollouts(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List rollouts, newest first."""
    found, after = app.rollouts.list(cursor, limit)
    return Page(items=[RolloutOut.of(one) for one in found], next=after)


@router.get("/rollouts/{name}")
def rollout(app: App, _asker: Asker, name: str) -> RolloutOut:
    """Return one rollout and how far each board got."""
    return RolloutOut.of(app.rollouts.get(name))


@router.post("/rollouts/{name}/stop")
def stop(app: App, asker: Asker, name: str) -> RolloutOut:
    """Stop a rollout; boards that are updated stay so. For administrators."""
    return RolloutOut.of(app.rollouts.stop(name, asker))
