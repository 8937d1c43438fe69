"""`signcast demo`: controller, broker, gateway and simulated hardware, wired together.

The parts are the same processes an installation runs; only the wiring files are written here.
`demo.json` appears when every device has confirmed its plan, and goes when the demo stops.
"""

import fcntl
import json
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console
from rich.panel import Panel

from api.cli import district, talk, wiring
from api.cli.district import Demo
from api.cli.files import write_private
from api.cli.talk import Speechless
from api.cli.wiring import Ports
from controller import child
from controller.child import Child

READY_TIMEOUT_S = 60.0
"""A first start on a slow machine creates the database and enrols every device."""
POLL_S = 0.05
LOG_LINES_SHOWN = 15

Children = Mapping[str, Child]

console = Console(highlight=False)


class _Stop(Exception):
    """Ctrl-C, or a polite kill."""


class _Failed(Exception):
    """The demo cannot run; the message says why and what to do."""


def run(data: Path, port: int) -> int:
    """Run the demo until Ctrl-C; return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            stack.enter_context(_alone(data))
            _run(data.resolve(), port, stack)
    except _Stop:
        console.print("Đã dừng. Stopped.")
        return 0
    except (_Failed, OSError) as exc:
        console.print(f"[red]{exc}[/]")
        return 1
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # stopping is under way; do not stop the stopping
    raise _Stop


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the folder: two demos in one would fight over its database."""
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _Failed(
                f"Another demo runs in {data}; stop it or choose another --data"
            ) from None
        yield


def _run(data: Path, port: int, stack: ExitStack) -> None:
    home = data / "controller"
    with console.status("Đang chuẩn bị quận mẫu… Preparing the district…"):
        demo = district.enrolled(home)
        ports = wiring.choose_ports(port, demo)
        wiring.write_simulator(data / "simulator.toml", demo, ports, data / "lines")
        wiring.write_gateway(data / "gateway.toml", demo, ports, data / "lines")
        children = _start(data, ports, stack)
        # Loaded while the children start, and not before.
        from api.cli.enrolment import sign_in_code  # noqa: PLC0415

        code = sign_in_code(home)
        _wait_ready(demo, ports, data, children)
    stack.enter_context(_announced(data, demo, ports))
    _welcome(ports, code)
    try:
        talk.begin(ports.url, demo, data / "trucks.said")
    except Speechless as exc:
        console.print(f"Xe loa chưa có gì để nói. The truck has nothing to say: {exc}")
    while not _dead(children):
        time.sleep(POLL_S)
    raise _Failed(_last_words(data, children))


def _start(data: Path, ports: Ports, stack: ExitStack) -> Children:
    commands = {
        "controller": [
            *("serve", "--data", str(data / "controller"), "--tenant", district.TENANT),
            *("--port", str(ports.console), "--mqtt-port", str(ports.mqtt)),
        ],
        "simulator": ["simulate", str(data / "simulator.toml")],
        "gateway": ["gateway", str(data / "gateway.toml")],
    }
    children: dict[str, Child] = {}
    for name, arguments in commands.items():
        log = stack.enter_context((data / f"{name}.log").open("wb"))
        children[name] = child.start([sys.executable, "-P", "-m", "api", *arguments], log)
        # One callback each, so that a Ctrl-C between two starts stops the first.
        stack.callback(child.stop, children[name])
    return children


def _wait_ready(demo: Demo, ports: Ports, data: Path, children: Children) -> None:
    headers = {"Authorization": f"Bearer {demo.token}"}
    waiting_for = [record["id"] for record in demo.boards + demo.speakers]
    deadline_s = time.monotonic() + READY_TIMEOUT_S
    with httpx.Client(base_url=f"{ports.url}/api/v1", headers=headers) as client:
        while waiting_for := [device for device in waiting_for if not _confirmed(client, device)]:
            if _dead(children):
                raise _Failed(_last_words(data, children))
            _check_deadline(deadline_s, waiting_for)
        # The panel of a thin board confirms nothing; it is ready when it shows something.
        while dark := _dark(ports):
            _check_deadline(deadline_s, dark)


def _check_deadline(deadline_s: float, waiting_for: list[str]) -> None:
    if time.monotonic() > deadline_s:
        raise _Failed(f"Not ready after {READY_TIMEOUT_S:.0f} s: {', '.join(waiting_for)}")
    time.sleep(POLL_S)


def _dark(ports: Ports) -> list[str]:
    """Return the boards on which no LED is lit yet."""
    try:
        boards = httpx.get(f"{ports.simulator_url}/boards").raise_for_status().json()
    except httpx.HTTPError:
        return ["the simulator"]
    return [board["id"] for board in boards if not board["lit"]]


def _confirmed(client: httpx.Client, device: str) -> bool:
    """Say whether the device itself called its current plan active."""
    try:
        now = client.get(f"/devices/{device}/now").raise_for_status().json()
    except httpx.HTTPError:
        return False
    delivery = now["delivery"]
    return bool(now["online"] and delivery["confirmed_version"] == delivery["desired_version"])


@contextmanager
def _announced(data: Path, demo: Demo, ports: Ports) -> Iterator[None]:
    """Keep demo.json there while the demo is ready."""
    path = data / "demo.json"
    document = {
        "url": ports.url,
        "token": demo.token,
        "mqtt_url": ports.mqtt_url,
        "simulator_url": ports.simulator_url,
        "open_devices": demo.open_devices,
    }
    write_private(path, json.dumps(document, indent=1))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _welcome(ports: Ports, code: str) -> None:
    title = "[bold]Signcast[/] · quận mẫu đang chạy, the district is running"
    console.print(Panel.fit(title))
    console.print("Mở liên kết này để vào (dùng một lần). Open this link to enter (works once):\n")
    # Printed as it is: a terminal may wrap it, but nothing may cut it.
    console.out(f"  {ports.url}/sign-in?code={code}\n", highlight=False)
    console.print("Ctrl-C để dừng, Ctrl-C to stop.")


def _dead(children: Children) -> list[str]:
    return [name for name, process in children.items() if process.poll() is not None]


def _last_words(data: Path, children: Children) -> str:
    name = _dead(children)[0]
    log = data / f"{name}.log"
    lines = log.read_text("utf-8", "replace").splitlines()[-LOG_LINES_SHOWN:]
    return "\n".join([f"The {name} stopped. The end of {log}:", *lines])
