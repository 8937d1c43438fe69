"""`signcast serve`: the controller behind its web face, until told to stop."""

import asyncio
from pathlib import Path

import uvicorn

from api.app import create_app
from controller.bootstrap import open_controller
from controller.settings import Settings

SHUTDOWN_TIMEOUT_S = 3
"""Live event streams never end by themselves; after this they are cut."""


def run(data: Path, *, host: str, port: int, mqtt_port: int, tenant: str) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = Settings(data_dir=data, host=host, port=port, mqtt_port=mqtt_port, tenant=tenant)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with open_controller(settings) as controller:
        config = uvicorn.Config(
            create_app(controller),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
            server_header=False,
        )
        await uvicorn.Server(config).serve()
