"""Every operation of the REST API, tried with whatever its own schema allows and forbids.

A real server on a real store; schemathesis makes up the requests, valid ones and broken ones, and
half of them speak of things that are there. No answer is a server's error, none has a status or a
content type that the schema does not tell, and each document looks as the schema says. `make
nightly` makes two hundred times as many.
"""

import os
from contextlib import ExitStack

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks
from serving import serving

EXAMPLES = int(os.environ.get("SIGNCAST_REQUESTS", "2"))
"""Of each operation, of valid and of broken requests."""
ENDLESS = ["/api/v1/events", "/api/v1/pages/{name}/sound"]
"""They answer for as long as somebody listens."""
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
VALID, BROKEN = schemathesis.GenerationMode
BUSY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="SIGNCAST_REQUESTS" not in os.environ,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with ExitStack() as stack:
        controller, port = stack.enter_context(serving(tmp_path_factory.mktemp("máy chủ")))
        token = controller.access.create_token("Lan", may_approve_alone=True)
        client = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}/api/v1",
                headers={"Authorization": f"Bearer {token}"},
                timeout=30,
            )
        )
        yield client


def furnish(client):
    """Have one of each thing that is easily made; return what stands for what in a request."""
    message = client.post("/messages", json={"text": "Họp tổ"}).json()["id"]
    content = {"kind": "message", "id": message}
    client.post(
        "/broadcasts",
        json={"content": content, "targets": ["device:bang-1"], "rule": {"duration_s": 60}},
    ).raise_for_status()
    client.post("/groups", json={"id": "tat-ca", "name": "Tất cả", "devices": ["bang-1", "loa-1"]})
    return {
        "content": [content],
        "targets": [["device:bang-1"], ["area:phuong"], ["group:tat-ca"], ["device:loa-2"]],
        "area": ["quan", "phuong", "berlin"],
        "parent": ["quan", None],
        "device": ["bang-1", "loa-1", "loa-2"],
        "items": [[{"clip": "none"}]],
        "text": ["Chào", "Kính mời bà con họp lúc 19h30"],
        "rule": [{"duration_s": 60}, {"start": "2036-11-25T06:00:00", "duration_s": 60}],
        "month": ["2026-11"],
        "from": ["2026-11-25"],
        "to": ["2026-11-26"],
    }


def names(client, path):
    """Return the names of what is listed where a path begins."""
    listed = client.get(path.removeprefix("/api/v1").split("/{")[0])
    told = listed.headers.get("content-type") == "application/json"
    items = listed.json().get("items", []) if told else []
    return [one["id"] for one in items if "id" in one] or ["none"]


def known(things, name, data, where):
    """Let every other part of a request speak of what is there."""
    for key in sorted(set(where) & set(things)):
        if data.draw(st.booleans(), label=f"known {key}"):
            where[key] = data.draw(st.sampled_from(things[key]), label=key)


def faults(client, operation, things, mode):
    """Return what was wrong with the answers of one operation."""
    here = names(client, operation.path)
    found = []

    @BUSY
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def answers_well(case, data):
        for where in (case.body, case.query):
            if isinstance(where, dict):
                known(things, operation.path, data, where)
        if "name" in (case.path_parameters or {}) and data.draw(st.booleans()):
            case.path_parameters["name"] = data.draw(st.sampled_from(here))
        case.call_and_validate(
            checks=CHECKS, headers={"Authorization": client.headers["Authorization"]}, timeout=30
        )

    try:
        answers_well()
    except Unsatisfiable:
        pass  # nothing can be wrong with a request that has no parts
    except BaseExceptionGroup as several:
        found = [str(one) for one in several.exceptions]
    except Exception as one:  # noqa: BLE001 -- whatever it is, it is told with all others
        found = [f"{type(one).__name__}: {one}"]
    return [f"{operation.label} ({mode.value})\n{one}" for one in found]


def test_no_request_brings_the_server_into_trouble(served):
    schema = schemathesis.openapi.from_url(f"{served.base_url}openapi.json")
    things = furnish(served)
    found = [
        fault
        for operation in (one.ok() for one in schema.exclude(path=ENDLESS).get_all_operations())
        for mode in (VALID, BROKEN)
        for fault in faults(served, operation, things, mode)
    ]
    assert not found, "\n\n".join(found)
