"""Real brokers on the loopback address, one user per device, permissions as in the field."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from parts import missing
from waiting import until

LOOPBACK = "127.0.0.1"
DEVICES = ("bang-1", "loa-1")
PASSWORD = "bi-mat-cua-"
"""Each user's password is this and its own name."""


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as sock:
        return sock.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((LOOPBACK, port)) == 0


@dataclass
class Broker:
    """A broker that can be stopped and started again on the same port."""

    kind: str
    command: list[str]
    log: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        return f"mqtt://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        until(lambda: answers(self.port), timeout_s=10, why=f"{self.kind} listens")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def nats(folder: Path) -> Broker:
    beside_python = str(Path(sys.executable).parent)
    program = shutil.which("nats-server") or shutil.which("nats-server", path=beside_python)
    if program is None:
        missing("no nats-server")
    port = free_port()
    users = [_nats_user("controller", publish=["signcast.>"], subscribe=["signcast.>"])]
    for device in DEVICES:
        own = f"signcast.v1.demo.{device}"
        users.append(
            _nats_user(
                device,
                publish=[f"{own}.{name}" for name in ("ack", "state", "asrun", "frame")],
                subscribe=[f"{own}.{name}" for name in ("plan", "command", "firmware")],
            )
        )
    config = folder / "nats.conf"
    config.write_text(
        f"server_name: test\nlisten: {LOOPBACK}:{free_port()}\n"
        f"jetstream {{ store_dir: '{folder}/store' }}\n"
        f"mqtt {{ listen: '{LOOPBACK}:{port}' }}\n"
        "authorization { users: [\n" + "\n".join(users) + "\n] }\n"
    )
    return Broker("nats", [program, "-c", str(config)], folder / "nats.log", port)


def _nats_user(name: str, publish: list[str], subscribe: list[str]) -> str:
    readable = [*subscribe, "$MQTT.sub.>"]
    return (
        f"{{ user: '{name}', password: '{PASSWORD}{name}', permissions: "
        f"{{ publish: {publish}, subscribe: {readable} }} }}"
    )


def mosquitto(folder: Path) -> Broker:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        missing("no mosquitto (Debian package mosquitto)")
    port = free_port()
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    rules = ["user controller", "topic readwrite signcast/#"]
    for name in ("controller", *DEVICES):
        subprocess.run(
            ["mosquitto_passwd", "-b", str(passwords), name, PASSWORD + name], check=True
        )
    for device in DEVICES:
        own = f"signcast/v1/demo/{device}"
        rules.append(f"user {device}")
        rules += [f"topic write {own}/{name}" for name in ("ack", "state", "asrun", "frame")]
        rules += [f"topic read {own}/{name}" for name in ("plan", "command", "firmware")]
    (folder / "acl").write_text("\n".join(rules) + "\n")
    (folder / "acl").chmod(0o600)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"user root\nlistener {port} {LOOPBACK}\nallow_anonymous false\npersistence false\n"
        f"password_file {passwords}\nacl_file {folder}/acl\n"
    )
    return Broker("mosquitto", [program, "-c", str(config)], folder / "mosquitto.log", port)


BROKERS: dict[str, Callable[[Path], Broker]] = {"nats": nats, "mosquitto": mosquitto}


@pytest.fixture(params=BROKERS)
def broker(request, tmp_path) -> Iterator[Broker]:
    broker = BROKERS[request.param](tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def nats_broker(tmp_path) -> Iterator[Broker]:
    broker = nats(tmp_path)
    broker.start()
    yield broker
    broker.stop()
