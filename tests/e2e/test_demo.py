"""`signcast demo`: ready by itself, stops without leaving a process, finds its data again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from waiting import until

from api.cli.wiring import free_ports

pytestmark = pytest.mark.e2e


def test_starts_stops_and_finds_its_data_again(tmp_path):
    data = tmp_path / "dữ liệu"
    first = start(data)
    try:
        document = ready(data, first)
        assert set(document) == {"url", "token", "mqtt_url", "simulator_url", "open_devices"}
        headers = {"Authorization": f"Bearer {document['token']}"}
        api = f"{document['url']}/api/v1"
        message = httpx.post(f"{api}/messages", json={"text": "Còn đây"}, headers=headers).json()
        boards = {board["id"] for board in httpx.get(f"{document['simulator_url']}/boards").json()}
        assert boards & set(document["open_devices"])
        assert "/sign-in?code=" in (data / "out.log").read_text("utf-8").replace("\n", "")
        trucks = httpx.get(f"{document['simulator_url']}/trucks").json()
        assert [truck["id"] for truck in trucks] == ["xe-loa"]
        until((data / "trucks.said").exists, timeout_s=30, why="the truck has something to say")
        (said,) = broadcasts(document)
        assert (said["targets"], said["devices"]) == (["zone:cho-que"], ["xe-loa"])
        running = descendants(first.pid)
        assert len(running) >= 4, "controller, broker, gateway, simulator"
    finally:
        stop(first)
    assert first.returncode == 0
    until(lambda: not [pid for pid in running if Path(f"/proc/{pid}").exists()], why="all are gone")
    assert not (data / "demo.json").exists()

    second = start(data)
    try:
        again = ready(data, second)
        headers = {"Authorization": f"Bearer {again['token']}"}
        found = httpx.get(f"{again['url']}/api/v1/messages/{message['id']}", headers=headers)
        assert found.json()["text"] == "Còn đây"
        assert [one["id"] for one in broadcasts(again)] == [said["id"]], "it is said once"
    finally:
        stop(second)


def test_a_second_demo_on_the_same_folder_says_so(tmp_path):
    first = start(tmp_path)
    try:
        ready(tmp_path, first)
        second = start(tmp_path, log="second.log")
        assert second.wait(30) == 1
        assert "Another demo runs" in (tmp_path / "second.log").read_text("utf-8")
    finally:
        stop(first)


def test_a_killed_demo_leaves_no_process(tmp_path):
    demo = start(tmp_path)
    ready(tmp_path, demo)
    running = descendants(demo.pid)
    demo.kill()
    demo.wait()
    until(
        lambda: not [pid for pid in running if Path(f"/proc/{pid}").exists()],
        timeout_s=15,
        why="the children died with it",
    )


def broadcasts(document):
    headers = {"Authorization": f"Bearer {document['token']}"}
    answer = httpx.get(f"{document['url']}/api/v1/broadcasts", headers=headers)
    return answer.raise_for_status().json()["items"]


def start(data: Path, log: str = "out.log") -> "subprocess.Popen[bytes]":
    data.mkdir(exist_ok=True)
    (port,) = free_ports(1)
    with (data / log).open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "api", "demo", "--data", data, "--port", str(port)],
            stdout=out,
            stderr=out,
            env=os.environ | {"COLUMNS": "200"},
        )


def ready(data: Path, process: "subprocess.Popen[bytes]"):
    path = data / "demo.json"
    until(
        lambda: path.exists() or process.poll() is not None, timeout_s=90, why="demo.json appears"
    )
    assert process.poll() is None, (data / "out.log").read_text("utf-8")
    return json.loads(path.read_text("utf-8"))


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    process.wait(30)


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [one for child in map(int, children) for one in [child, *descendants(child)]]
