"""`signcast doctor`: look whether what is kept is whole.

Modules are imported inside their command, as in `app`.
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Look whether what is kept is whole. Nothing is changed; the controller may run.",
    no_args_is_help=True,
)


@app.callback()
def _doctor() -> None:
    """Keep `audit` a command of its own while there is no other."""


@app.command()
def audit(
    data: Annotated[Path, typer.Option("--data", help="The controller's folder.")],
    head: Annotated[
        str | None, typer.Option(help="A hash noted down earlier: is it still in the log?")
    ] = None,
) -> None:
    """Verify the audit log: every entry, and that none is missing. Exit code 1 when not whole."""
    from api.cli import checkup  # noqa: PLC0415 -- see the module's docstring

    raise typer.Exit(checkup.audit(data, head))
