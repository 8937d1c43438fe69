"""`signcast serve`: the controller behind its web face, until told to stop."""

from pathlib import Path
from typing import Final

import typer
import uvicorn

from api.app import create_app
from api.limits import WEBSOCKETS
from controller.bootstrap import open_controller
from controller.settings import Settings

SHUTDOWN_TIMEOUT_S: Final = 3
"""Live event streams never end by themselves; after this they are cut."""


async def run(data: Path, *, host: str, port: int, mqtt_port: int, tenant: str) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = Settings(data_dir=data, host=host, port=port, mqtt_port=mqtt_port, tenant=tenant)
    async with open_controller(settings) as controller:
        if controller.access.nobody_yet():
            code = controller.access.create_sign_in_code("Quản trị viên")
            typer.echo(f"First sign-in, works once: http://{host}:{port}/sign-in?code={code}")
        config = uvicorn.Config(
            create_app(controller),
            host=host,
            port=port,
            log_level="warning",
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
            server_header=False,
            **WEBSOCKETS,
        )
        await uvicorn.Server(config).serve()
