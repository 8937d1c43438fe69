"""What `signcast doctor` does."""

import re
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import Progress

from controller import audit as log
from controller.chain import Verdict
from controller.errors import BrokenDatabase
from controller.settings import Settings
from playlists.schedule import instant

_HASH: Final = re.compile(r"[0-9a-f]{64}")


def audit(data: Path, noted: str | None) -> int:
    """Verify a folder's audit log and say what came out; return the exit code."""
    if noted is not None and not _HASH.fullmatch(noted := noted.strip().lower()):
        typer.echo("signcast: --head takes the 64 hex digits that an earlier run printed", err=True)
        return 2
    try:
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Reading the audit log", total=None)
            found = log.examine(
                Settings(data_dir=data).database,
                noted,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
    except BrokenDatabase as exc:
        typer.echo(f"signcast: {exc}", err=True)
        return 1
    _tell(found, noted)
    return 0 if found.broken is None else 1


def _tell(found: Verdict, noted: str | None) -> None:
    typer.echo(f"entries: {found.count}")
    if found.first_at is not None and found.last_at is not None:
        typer.echo(f"first:   {instant.to_text(found.first_at)}")
        typer.echo(f"last:    {instant.to_text(found.last_at)}")
    typer.echo(f"head:    {found.head}")
    if found.broken is not None:
        number = found.broken.number
        where = "" if number is None else f" at entry {number}"
        typer.echo(f"BROKEN{where}: {found.broken.reason}", err=True)
        return
    if noted is not None:
        typer.echo(f"noted:   entry {found.noted_at} has the hash you noted")
    typer.echo("The log is whole. Note the head down outside this machine.")
