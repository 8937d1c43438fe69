"""A whole district on real processes, each of which a test may kill."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from waiting import until

from api.cli import district as demo_district
from api.cli import wiring

READY_S = 30.0


class District:
    """Controller, gateway and simulator as separate processes on one folder."""

    def __init__(self, folder: Path, plan: Path | None = None) -> None:
        self.folder = folder
        self.demo = demo_district.enrolled(folder / "controller", plan)
        console, *_ = wiring.free_ports(1)
        self.ports = wiring.choose_ports(console, self.demo)
        lines = folder / "lines"
        wiring.write_simulator(folder / "simulator.toml", self.demo, self.ports, lines)
        wiring.write_gateway(folder / "gateway.toml", self.demo, self.ports, lines)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.api = httpx.Client(
            base_url=f"{self.ports.url}/api/v1",
            headers={"Authorization": f"Bearer {self.demo.token}"},
            timeout=20,
        )
        self.simulator = httpx.Client(base_url=self.ports.simulator_url, timeout=20)

    def start(self, name: str) -> None:
        command = {
            "controller": [
                *("serve", "--data", self.folder / "controller", "--tenant", "demo"),
                *("--port", self.ports.console, "--mqtt-port", self.ports.mqtt),
            ],
            "simulator": ["simulate", self.folder / "simulator.toml"],
            "gateway": ["gateway", self.folder / "gateway.toml"],
        }[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-P", "-m", "api", *map(str, command)], stdout=log, stderr=log
            )

    def start_all(self) -> None:
        for name in ("controller", "simulator", "gateway"):
            self.start(name)
        self.wait_confirmed()

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(20)

    def stop_all(self) -> None:
        for name in list(self.processes):
            self.stop(name)
        self.api.close()
        self.simulator.close()

    def devices(self) -> list[str]:
        return [record["id"] for record in self.demo.boards + self.demo.speakers]

    def wait_confirmed(self) -> None:
        for device in self.devices():
            until(
                lambda name=device: self.confirmed(name), timeout_s=READY_S, why=f"plan on {device}"
            )
        until(self.all_lit, timeout_s=READY_S, why="every board shows something")

    def all_lit(self) -> bool:
        boards = self.simulator.get("/boards").raise_for_status().json()
        return all(board["lit"] for board in boards)

    def confirmed(self, device: str) -> bool:
        try:
            now = self.now(device)
        except httpx.TransportError:
            return False
        delivery = now["delivery"]
        return now["online"] and delivery["confirmed_version"] == delivery["desired_version"]

    def now(self, device: str) -> dict[str, Any]:
        answer = self.api.get(f"/devices/{device}/now")
        return answer.raise_for_status().json()

    def post(self, path: str, **document: object) -> dict[str, Any]:
        answer = self.api.post(path, json=document)
        assert answer.is_success, answer.text
        return answer.json()

    def say(self, text: str, *targets: str, **rule: object) -> dict[str, Any]:
        message = self.post("/messages", text=text)
        return self.broadcast("message", message["id"], *targets, **({"duration_s": 60} | rule))

    def broadcast(self, kind: str, name: str, *targets: str, **rule: object) -> dict[str, Any]:
        return self.post(
            "/broadcasts", content={"kind": kind, "id": name}, targets=list(targets), rule=rule
        )

    def preview(self, broadcast: dict[str, Any], device: str) -> np.ndarray:
        name = broadcast["content"]["id"]
        answer = self.api.get(f"/messages/{name}/preview.png", params={"device": device})
        return picture(answer.raise_for_status().content)

    def seen(self, device: str) -> np.ndarray:
        return picture(self.simulator.get(f"/boards/{device}.png").raise_for_status().content)

    def shows(self, broadcast: dict[str, Any], device: str) -> bool:
        return np.array_equal(self.seen(device), self.preview(broadcast, device))

    def asrun(self, device: str, **query: str) -> list[dict[str, Any]]:
        answer = self.api.get("/asrun", params={"device": device, **query})
        return answer.raise_for_status().json()["items"]


def picture(png: bytes) -> np.ndarray:
    """Return an array of shape (rows, columns, 3): each LED in its colour."""
    return np.array(Image.open(BytesIO(png)).convert("RGB"))


@pytest.fixture
def fresh_district(tmp_path: Path) -> Iterator[District]:
    """A district of one's own, to be broken; nothing runs yet."""
    folder = tmp_path / "một quận"  # a space and accents, as on any operator's disk
    folder.mkdir()
    district = District(folder)
    try:
        yield district
    finally:
        district.stop_all()


@contextmanager
def _running(folder: Path, plan: Path | None = None) -> Iterator[District]:
    district = District(folder, plan)
    try:
        district.start_all()
        yield district
    finally:
        district.stop_all()


@pytest.fixture(scope="session")
def run_district() -> Callable[..., AbstractContextManager[District]]:
    """Return what runs a district of a plan of one's own."""
    return _running


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    """A running district for tests that leave it as it was."""
    with _running(tmp_path_factory.mktemp("một quận")) as district:
        yield district
