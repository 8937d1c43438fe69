"""The audit log over REST: every route that changes anything leaves its entry; filters and CSV."""

import csv
import importlib
import io
import pkgutil
from pathlib import Path

import httpx
import parts
import pytest
import tones
from firmware import image
from PIL import Image
from serving import serving
from typer.testing import CliRunner

from api import console as api_console
from api.app import create_app
from api.cli.app import app as command_line
from controller.access import REFUSALS_PER_H
from controller.chain import Wanted
from controller.emergency import cap
from controller.emergency.alert import Alert, Kind, Scope, Status
from playlists.audio.speech import espeak

READS = {
    "POST /api/v1/announcements/reading",
    "POST /api/v1/broadcasts/check",
    "POST /api/v1/calendars/read",
    "POST /api/v1/emergencies/preview",
    "POST /api/v1/rules/describe",
}
"""What is a POST for its length and keeps nothing."""
LOOKING = {"GET", "HEAD", "OPTIONS"}
SQUARE = [[21.0, 105.0], [21.0, 105.01], [21.01, 105.01], [21.01, 105.0]]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    if espeak.version() is None:
        parts.missing("espeakng-loader, the extra speech-gpl")
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        clerk = controller.access.create_token("Minh", may_approve_alone=False)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield controller, client, *({"Authorization": f"Bearer {it}"} for it in (token, clerk))


def changing_routes(controller):
    """Return every route that is not there for looking: of the API, and of the console's pages."""
    api = create_app(controller).openapi()["paths"]
    found = {f"{method.upper()} {path}" for path, methods in api.items() for method in methods}
    for module in pkgutil.iter_modules(api_console.__path__, "api.console."):
        router = getattr(importlib.import_module(module.name), "router", None)
        for route in [] if router is None else router.routes:
            found |= {f"{method} {route.path}" for method in route.methods}
    found = {route for route in found if route.split()[0] not in LOOKING}
    assert len(found) > 20, "the application shows its routes"
    return found - READS


class Visit:
    """Somebody who uses every route once, and looks what was entered each time."""

    def __init__(self, controller, client, who):
        self.controller, self.client, self.who = controller, client, who
        self.seen = {}

    def ask(self, method, template, *, names=(), entered=True, actor="Lan", **request):
        path = template
        for name in names:
            path = path.replace("{name}", name, 1)
        before = [one.id for one in self.controller.audit.all(Wanted())][-1]
        headers = {**self.who, **request.pop("headers", {})}
        answer = self.client.request(method, path, headers=headers, **request)
        assert answer.status_code < 400, (method, path, answer.text)
        new = [one for one in self.controller.audit.all(Wanted()) if one.id > before]
        assert len(new) == entered, (method, path, new)
        if entered:
            assert (new[0].actor, new[0].address) == (actor, "127.0.0.1"), (method, path)
            self.seen[f"{method} {template}"] = new[0]
        return answer


def png():
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(file, "PNG")
    return file.getvalue()


API = "/api/v1"


def visit_places(v):
    v.ask("POST", f"{API}/areas", json={"id": "to-1", "name": "Tổ 1", "parent": "quan"})
    v.ask("PUT", f"{API}/areas/{{name}}/hours", names=["to-1"], json={"preset": "lien-chieu"})
    v.ask("DELETE", f"{API}/areas/{{name}}/hours", names=["to-1"])
    allowed = {"mb_per_month": 500}
    v.ask("PUT", f"{API}/areas/{{name}}/data-allowance", names=["to-1"], json=allowed)
    v.ask("PUT", f"{API}/areas/{{name}}/feed", names=["to-1"], json={"on": False})
    truck = {"id": "xe-1", "name": "Xe", "kind": "speaker", "area": "quan"}
    v.ask("POST", f"{API}/devices", json=truck)
    v.ask("PUT", f"{API}/devices/{{name}}/mobile", names=["xe-1"], json={"mobile": True})
    v.ask("PUT", f"{API}/devices/{{name}}/passes", names=["xe-1"], json={"settle_s": 3})
    v.ask("PUT", f"{API}/devices/{{name}}/near", names=["loa-2"], json={"near": ["school"]})
    group = {"id": "nhom", "name": "Nhóm", "devices": ["bang-1"]}
    v.ask("POST", f"{API}/groups", json=group)
    zone = {"name": "Chợ", "polygon": SQUARE}
    v.ask("POST", f"{API}/zones", json={**zone, "id": "cho"})
    v.ask("PUT", f"{API}/zones/{{name}}", names=["cho"], json={**zone, "quiet": True})
    v.ask("DELETE", f"{API}/zones/{{name}}", names=["cho"])
    file = {"file": ("p10.scfw", image("1.1.0").file)}
    firmware = v.ask("POST", f"{API}/firmware", files=file).json()
    v.ask("POST", f"{API}/firmware", files=file, entered=False)
    wish = {"firmware": firmware["id"], "targets": ["device:bang-1"]}
    rollout = v.ask("POST", f"{API}/rollouts", json=wish).json()
    v.ask("POST", f"{API}/rollouts/{{name}}/stop", names=[rollout["id"]])


def visit_contents(v):
    v.ask("POST", f"{API}/images", files={"file": ("a.png", png())}, data={"name": "Ảnh"})
    wav = tones.as_wav(tones.tone(500.0, 0.5, -20.0))
    clip = v.ask("POST", f"{API}/clips", files={"file": ("a.wav", wav)}).json()
    v.ask("POST", f"{API}/playlists", json={"name": "Sáng", "items": [{"id": clip["id"]}]})
    v.ask("POST", f"{API}/announcements", json={"text": "Mời họp"})
    v.ask("POST", f"{API}/announcements/reading", entered=False, json={"text": "Mời họp"})
    station = {"name": "Đài tỉnh", "url": "http://127.0.0.1:1/dai.mp3"}
    v.ask("POST", f"{API}/relays", json=station)


def visit_rhythm(v):
    quota = {"name": "Gương tốt", "area": "quan", "campaign": "tot", "every": "day"}
    made = v.ask("POST", f"{API}/rhythm", json=quota).json()
    v.ask("DELETE", f"{API}/rhythm/{{name}}", names=[made["id"]])


def visit_broadcasts(v, clerk):
    text = v.ask("POST", f"{API}/messages", json={"text": "Họp tổ"}).json()
    shown = {
        "content": {"kind": "message", "id": text["id"]},
        "targets": ["device:bang-1"],
        "rule": {"duration_s": 600},
    }
    v.ask("POST", f"{API}/broadcasts/check", entered=False, json=shown)
    made = v.ask("POST", f"{API}/broadcasts", headers=clerk, actor="Minh", json=shown).json()
    for verb in ("approve", "cancel"):
        v.ask("POST", f"{API}/broadcasts/{{name}}/{verb}", names=[made["id"]])
    visit_life(v, clerk, shown)
    v.ask("POST", f"{API}/broadcasts/{{name}}/cancel", names=[made["id"]], entered=False)
    spoken = {"name": "Nói ngay", "targets": ["device:loa-1"]}
    page = v.ask("POST", f"{API}/pages", json=spoken).json()
    v.ask("POST", f"{API}/pages/{{name}}/release", names=[page["id"]])
    return made


def visit_life(v, clerk, shown):
    own = {"headers": clerk, "actor": "Minh"}
    begun = v.ask("POST", f"{API}/broadcasts", json=shown | {"draft": True}, **own)
    name, tag = [begun.json()["id"]], {"If-Match": begun.headers["etag"]}
    changed = shown | {"priority": 60}
    v.ask("PUT", f"{API}/broadcasts/{{name}}", names=name, json=changed, headers=tag)
    v.ask("POST", f"{API}/broadcasts/{{name}}/submit", names=name, **own)
    v.ask("POST", f"{API}/areas/{{name}}/order", names=["quan"], json={"broadcasts": name})
    v.ask("POST", f"{API}/broadcasts/{{name}}/withdraw", names=name, **own)
    v.ask("POST", f"{API}/broadcasts/{{name}}/submit", names=name, **own)
    why = {"comment": "Sai giờ"}
    v.ask("POST", f"{API}/broadcasts/{{name}}/reject", names=name, json=why)
    v.ask("PUT", f"{API}/areas/{{name}}/approvals", names=["to-1"], json={"approvals": 2})
    v.ask("POST", f"{API}/stations", json={"level": "province", "name": "Đài tỉnh"})


def visit_emergencies(v, clerk):
    words = {"shown": "Lũ", "spoken": "Có lũ"}
    draft = {"name": "Lũ", "alarm": words, "all_clear": words}
    made = v.ask("POST", f"{API}/templates", headers=clerk, actor="Minh", json=draft).json()
    looked = {"content_sha256": made["content_sha256"]}
    edited = {**draft, **looked, "clear_s": 60}
    made = v.ask("PUT", f"{API}/templates/{{name}}", names=[made["id"]], json=edited).json()
    looked, names = {"content_sha256": made["content_sha256"]}, [made["id"]]
    v.ask("POST", f"{API}/templates/{{name}}/approve", names=names, json=looked)
    call = {"template": made["id"], "targets": ["device:bang-1", "device:loa-1"], "mode": "real"}
    shown = v.ask("POST", f"{API}/emergencies/preview", entered=False, json=call).json()
    pressed = {**call, "confirm": shown["confirm"]}
    on = v.ask("POST", f"{API}/emergencies", json=pressed).json()
    v.ask("POST", f"{API}/emergencies/{{name}}/all-clear", names=[on["id"]])
    note = {"note": "Tốt"}
    path = f"{API}/emergencies/{{name}}/review"
    v.ask("POST", path, names=[on["id"]], headers=clerk, actor="Minh", json=note)
    v.ask("POST", f"{API}/templates/{{name}}/withdraw", names=names)
    for name in (on["id"], f"{on['id']}-clear"):
        answer = v.client.get(f"{API}/cap/{name}.xml", headers=v.who)
        assert cap.read(answer.content).identifier == name
    assert on["id"] in v.client.get(f"{API}/cap/feed", headers=v.who).text
    visit_cap(v)


def visit_cap(v):
    codes = {"codes": [{"list": "VN", "value": "1", "area": "quan"}]}
    v.ask("PUT", f"{API}/cap/codes", json=codes)
    assert v.client.get(f"{API}/cap/codes", headers=v.who).json() == codes
    new = v.ask("POST", f"{API}/cap/sources", json={"name": "Đài", "sender": "dai"}).json()
    now = v.controller.clock.now()
    data = cap.write(Alert("a", "dai", now, Status.TEST, Kind.ALERT, Scope.PUBLIC))
    its = {"Authorization": f"Bearer {new['token']}"}
    v.ask("POST", f"{API}/cap", headers=its, actor="Đài", content=data)
    v.ask("POST", f"{API}/cap", headers=its, entered=False, content=data)
    (got,) = v.client.get(f"{API}/cap/messages", headers=v.who).json()["items"]
    assert (got["status"], got["airings"]) == ("Test", [])
    v.ask("DELETE", f"{API}/cap/sources/{{name}}", names=[new["id"]])
    answer = v.client.post(f"{API}/cap", headers=its, content=data)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-a-source")


def visit_doors(v, code):
    v.ask("POST", "/sign-in", data={"code": code}, actor="Hà")
    v.ask("POST", "/sign-out", actor="Hà")
    v.ask("POST", "/sign-out", entered=False)


def test_every_route_that_changes_anything_leaves_one_entry(served):
    controller, client, chief, clerk = served
    code = controller.access.create_sign_in_code("Hà")
    visit = Visit(controller, client, chief)
    visit_places(visit)
    visit_contents(visit)
    made = visit_broadcasts(visit, clerk)
    visit_emergencies(visit, clerk)
    visit_rhythm(visit)
    visit_doors(visit, code)
    missing = changing_routes(controller) - set(visit.seen)
    assert not missing, "give it an entry in the audit log, and a visit here"
    assert set(visit.seen) <= changing_routes(controller)
    approved = visit.seen["POST /api/v1/broadcasts/{name}/approve"]
    assert (approved.verb, approved.object) == ("approve", f"broadcast:{made['id']}")
    assert approved.before == approved.after == made["content_sha256"], "what was approved"
    signed = visit.seen["POST /sign-in"]
    assert (signed.how, visit.seen["POST /sign-out"].how) == ("code", "session")
    assert approved.how == "token"


def test_what_was_refused_was_not_done_and_is_not_entered(served):
    controller, client, _, clerk = served
    before = list(controller.audit.all(Wanted()))
    for path, body in (("zones", {"id": "x", "name": "X", "polygon": SQUARE}), ("areas", {})):
        answer = client.post(f"/api/v1/{path}", json=body, headers=clerk)
        assert answer.status_code in {403, 422}
    assert list(controller.audit.all(Wanted())) == before


def test_pages_filters_and_who_may(served):
    controller, client, chief, clerk = served
    everything = list(controller.audit.all(Wanted()))[::-1]
    found, cursor = [], None
    while True:
        asked = {"limit": 7, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/audit", params=asked, headers=chief).json()
        found += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert [one["id"] for one in found] == [one.id for one in everything]
    assert found[0]["hash"] == everything[0].hash

    def ids(**asked):
        answer = client.get("/api/v1/audit", params={"limit": 200, **asked}, headers=chief)
        return {one["id"] for one in answer.json()["items"]}

    assert ids(who="system") == {one.id for one in everything if one.actor == "system"}
    assert ids(object="device") == {one.id for one in everything if one.object[:7] == "device:"}
    assert len(ids(object="device:bang-1")) == 1
    assert ids(object="devic") == set()
    at = everything[3].at.isoformat()
    assert ids(**{"from": at}) | ids(to=at) == {one.id for one in everything}
    assert not ids(**{"from": at}) & ids(to=at)
    for path in ("/api/v1/audit", "/api/v1/audit.csv"):
        assert client.get(path, headers=clerk).status_code == 403
    for wrong in ({"cursor": "x"}, {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="}, {"limit": 0}):
        answer = client.get("/api/v1/audit", params=wrong, headers=chief)
        assert answer.json()["code"] == "invalid", wrong


def test_the_table_has_everything_and_nothing_a_spreadsheet_would_run(served):
    controller, client, chief, _ = served
    controller.access.create_token("=HYPERLINK(1)", may_approve_alone=False)
    evil = controller.access.create_token("=HYPERLINK(1)", may_approve_alone=True)
    group = {"id": "nhom-2", "name": "Nhóm", "devices": ["bang-1"]}
    client.post("/api/v1/groups", json=group, headers={"Authorization": f"Bearer {evil}"})
    answer = client.get("/api/v1/audit.csv", headers=chief)
    assert answer.text.startswith("\ufeffid,at,actor,")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    everything = list(controller.audit.all(Wanted()))
    assert [row["hash"] for row in rows] == [one.hash for one in everything]
    assert rows[-1]["actor"] == "'=HYPERLINK(1)"
    assert everything[-1].actor == "=HYPERLINK(1)"


def test_the_doctor_looks_while_the_controller_runs(served):
    controller, client, chief, _ = served
    folder = str(controller.settings.data_dir)

    def look(*more):
        return CliRunner().invoke(command_line, ["doctor", "audit", "--data", folder, *more])

    first = look()
    entries = list(controller.audit.all(Wanted()))
    assert first.exit_code == 0, first.output
    assert f"entries: {len(entries)}" in first.output
    assert f"head:    {entries[-1].hash}" in first.output
    client.post("/api/v1/messages", json={"text": "Thêm"}, headers=chief)
    later = look("--head", entries[-1].hash)
    assert later.exit_code == 0, later.output
    assert f"entry {len(entries)} has the hash you noted" in later.output
    assert look("--head", "0" * 64).exit_code == 1
    assert look("--head", "x").exit_code == 2


def test_knocking_fills_no_disk(served):
    controller, client, _, _ = served
    for _ in range(REFUSALS_PER_H + 5):
        assert client.post("/sign-in", data={"code": "x"}).status_code == 401
    refused = [one for one in controller.audit.all(Wanted()) if one.verb == "refuse-sign-in"]
    assert len(refused) == REFUSALS_PER_H
    assert {(one.actor, one.how, one.address) for one in refused} == {("", "nobody", "127.0.0.1")}


def test_a_doctor_without_a_patient(tmp_path: Path):
    for spoiled in (None, b"", b"no database at all" * 100):
        if spoiled is not None:
            (tmp_path / "signcast.sqlite3").write_bytes(spoiled)
        arguments = ["doctor", "audit", "--data", str(tmp_path)]
        answer = CliRunner().invoke(command_line, arguments)
        assert answer.exit_code == 1
        assert answer.output.startswith("signcast: "), answer.output
