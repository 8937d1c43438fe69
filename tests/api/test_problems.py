"""Every refusal has words in two languages; every blank in them can be filled."""

import ast
import json
import string
from importlib import import_module
from pathlib import Path

import pytest

import controller.errors
from api.access import CrossSite
from api.problems import problem
from api.wordings import WORDINGS
from controller.errors import ControllerError
from playlists.errors import ContentRefused

ROOT = Path(__file__).resolve().parents[2]
for refusals in ("text", "audio", "schedule"):
    import_module(f"playlists.{refusals}.refusals")


def leaves(root):
    below = root.__subclasses__()
    return [root] if not below else [leaf for one in below for leaf in leaves(one)]


ERRORS = [*leaves(ContentRefused), *leaves(ControllerError)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_refusal_has_words(error):
    wording = WORDINGS[error.code]
    assert 400 <= wording.status < 600
    assert all((wording.title_vi, wording.detail_vi, wording.title_en, wording.detail_en))


@pytest.mark.parametrize("code", WORDINGS)
def test_both_languages_tell_the_same_facts_and_end_in_a_sentence(code):
    wording = WORDINGS[code]
    vi, en = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in (wording.detail_vi + wording.hint_vi, wording.detail_en + wording.hint_en)
    )
    assert vi == en
    assert bool(wording.hint_vi) == bool(wording.hint_en)
    assert wording.detail_vi.endswith(".")
    assert wording.detail_en.endswith(".")


def raised():
    """Return (code, names of facts) of every place that raises a refusal with literal facts."""
    codes = {error.__name__: error.code for error in [*ERRORS, CrossSite]}
    for room in ("playlists", "controller", "api"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                name = getattr(getattr(node, "func", None), "id", None)
                if isinstance(node, ast.Call) and name in codes:
                    facts = {word.arg for word in node.keywords}
                    if None not in facts and name != "NotFound":
                        yield pytest.param(codes[name], facts, id=f"{path.name}:{node.lineno}")


@pytest.mark.parametrize(("code", "facts"), [*raised()])
def test_every_raise_brings_the_facts_its_words_need(code, facts):
    text = WORDINGS[code].detail_vi + WORDINGS[code].hint_vi
    assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= facts


def test_a_problem_is_one_document_with_facts_and_both_languages():
    answer = problem(
        "glyph-missing", {"letter": "漢", "code_point": "U+6F22", "position": 3, "font": 7}
    )
    assert answer.status_code == 422
    assert answer.media_type == "application/problem+json"
    assert "漢".encode() in answer.body
    assert problem("not-authenticated", {}).headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("nearest", "ends"), [("đỏ", "[đỏ]?"), ("", "twice: [[.")])
def test_a_guess_is_offered_when_there_is_one(nearest, ends):
    answer = problem("unknown-tag", {"tag": "đo", "position": 5, "nearest": nearest})
    assert json.loads(answer.body)["detail_en"].endswith(ends)


def test_facts_never_shadow_the_members_of_a_problem():
    answer = problem("invalid", {"field": "x", "reason": "y", "status": 200, "type": "z"})
    assert answer.status_code == 422
    assert b'"status":422' in answer.body


def test_not_found_tells_kind_and_name():
    facts = controller.errors.NotFound("message", "x").facts
    assert facts == {"kind": "message", "name": "x"}
