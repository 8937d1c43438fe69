"""`signcast firmware`: the work behind its commands."""

import asyncio
import base64
import binascii
import os
from pathlib import Path
from typing import Final

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.progress import Progress

from drivers.bootloader.driver import Bootloader
from drivers.bootloader.packets import NO_MARK, Version
from drivers.errors import DriverError, PeerWireError
from drivers.transport.opening import open_link
from drivers.transport.serial import LineFormat
from firmware_bridge.errors import BadImage, UpdateFailed
from firmware_bridge.firmware.update import Bench, Update
from firmware_bridge.link import manifest
from firmware_bridge.link.envelope import Keys, key_id, trusted
from firmware_bridge.link.manifest import Image
from firmware_bridge.link.messages import FirmwareStage
from firmware_bridge.player.hand import ThreadHand

OK, FAILED, MISUSED = 0, 1, 2
PATIENCE: Final = 8
"""So often in a row a board may be silent; with the pauses between, a minute or so."""


def make_key(file: Path) -> int:
    """Write a new secret key that only its owner may read; print the public half."""
    key = Ed25519PrivateKey.generate()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        return _refuse(f"{file} cannot be written: {exc.strerror}", MISUSED)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(base64.b64encode(key.private_bytes_raw()).decode() + "\n")
    typer.echo(base64.b64encode(key.public_key().public_bytes_raw()).decode())
    return OK


def sign(binary: Path, key: Path, version: str, hardware: str, out: Path) -> int:
    """Write a signed image."""
    try:
        secret = Ed25519PrivateKey.from_private_bytes(_raw(key.read_text("ascii", "replace")))
        image = manifest.sign(binary.read_bytes(), Version.of(version), hardware, secret)
        out.write_bytes(image.file)
    except (PeerWireError, BadImage) as exc:
        return _refuse(str(exc), MISUSED)
    except ValueError:
        return _refuse(f"{key} is no secret key: make one with signcast firmware keys", MISUSED)
    except OSError as exc:
        return _refuse(str(exc), FAILED)
    typer.echo(_described(image))
    return OK


def show(file: Path, public_keys: list[str]) -> int:
    """Print what an image is, and whether one of the keys signed it."""
    try:
        ring = trusted(*map(_raw, public_keys))
    except ValueError:
        return _refuse("a public key is 32 bytes in Base64", MISUSED)
    try:
        image = Image.read(file.read_bytes())
        typer.echo(_described(image))
        if public_keys:
            image.manifest.check(ring)
    except (BadImage, OSError) as exc:
        return _refuse(str(exc), FAILED)
    typer.echo(_judged(image, ring))
    return OK


def ask(port: str, address: int, baud: int) -> int:
    """Print who a board's bootloader says it is."""
    try:
        boot = _open(port, address, baud)
        try:
            info = boot.hello()
        finally:
            boot.close()
    except DriverError as exc:
        return _refuse(str(exc), FAILED)
    typer.echo(f"{info.hardware} runs {info.running}, {info.condition.name.lower()}")
    if info.failed != NO_MARK:
        typer.echo(f"an update failed: {info.why.word}")
    return OK


def write(port: str, file: Path, address: int, baud: int) -> int:
    """Bring one board to one image, showing how far it got."""
    try:
        image = Image.read(file.read_bytes())
    except (BadImage, OSError) as exc:
        return _refuse(str(exc), MISUSED)
    hand = ThreadHand(port)
    try:
        asyncio.run(_update(image, Bench(hand, lambda: _open(port, address, baud))))
    except UpdateFailed as exc:
        return _refuse(f"the board keeps what it had: {exc}", FAILED)
    finally:
        hand.close()
    typer.echo(f"the board runs {image.manifest.version}")
    return OK


async def _update(image: Image, bench: Bench) -> None:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking", total=None)

        def tell(stage: FirmwareStage, done: int, total: int, detail: str) -> None:
            bar.update(task, description=detail or stage.value, completed=done, total=total or None)

        await Update(image, bench, tell=tell, patience=PATIENCE).run()


def _open(port: str, address: int, baud: int) -> Bootloader:
    return Bootloader(open_link(port, LineFormat(baud)), address)


def _raw(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as exc:
        raise ValueError("not Base64") from exc
    if len(raw) != 32:  # noqa: PLR2004 -- Ed25519's keys, secret and public
        raise ValueError(f"{len(raw)} bytes")
    return raw


def _described(image: Image) -> str:
    told = image.manifest
    return f"{told.version} for {told.hardware}, {told.size_bytes} bytes, key {told.key.hex()}"


def _judged(image: Image, ring: Keys) -> str:
    if not ring:
        return "whole; whose it is was not checked: no --key was given"
    signer = key_id(ring[image.manifest.key]).hex()
    return f"whole, and signed by {signer}"


def _refuse(reason: str, status: int) -> int:
    typer.echo(f"signcast: {reason}", err=True)
    return status
