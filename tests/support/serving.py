"""A controller with its web face, on a thread of its own."""

import asyncio
import threading
from concurrent.futures import Future
from contextlib import contextmanager

import uvicorn
from district_of_five import populate
from waiting import until

from api.app import create_app
from api.cli.wiring import free_ports
from api.limits import WEBSOCKETS
from controller.bootstrap import open_controller
from controller.settings import Settings


@contextmanager
def serving(folder):
    """Run a controller with its web face on a thread of its own; yield it and its port."""
    port, mqtt_port = free_ports(2)
    ready: Future = Future()

    async def live():
        chosen = Settings(data_dir=folder, tenant="thu", port=port, mqtt_port=mqtt_port)
        async with open_controller(chosen) as controller:
            await asyncio.to_thread(populate, controller)
            config = uvicorn.Config(
                create_app(controller),
                port=port,
                log_level="warning",
                timeout_graceful_shutdown=1,
                **WEBSOCKETS,
            )
            server = uvicorn.Server(config)
            ready.set_result((controller, server))
            await server.serve()

    def run():
        try:
            asyncio.run(live())
        except BaseException as exc:
            if not ready.done():
                ready.set_exception(exc)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    controller, server = ready.result(30)
    try:
        until(lambda: server.started, why="it serves")
        yield controller, port
    finally:
        server.should_exit = True
        thread.join(20)
