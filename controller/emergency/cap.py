"""CAP 1.2: bytes ↔ an alert. One table for each element drives both directions.

Whatever comes from outside is limited in size, may not have a document type (and so no entities),
is valid by the standard's schema, and keeps the rules that the schema cannot say. Every refusal is
`BadAlert`. The reader opens nothing: no file, no address.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final

from lxml import etree

from controller.emergency import forms
from controller.emergency.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    Kind,
    Resource,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from controller.emergency.forms import Form, Slot
from controller.errors import BadAlert

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
MAX_BYTES: Final = 1 << 20
"""Real alerts have 2 to 200 kB, most of it polygons."""
MAX_INFOS: Final = 50
MAX_NAME_CHARS: Final = 200
_MOST_CHARS: Final = 300
"""Of what a parser or validator said, in an error."""

_AREA: Final = Form(
    Area,
    Slot("areaDesc", "description", forms.TEXT, needed=True),
    Slot("polygon", "polygons", forms.POLYGON, many=True),
    Slot("circle", "circles", forms.CIRCLE, many=True),
    Slot("geocode", "geocodes", forms.PAIR, many=True),
    Slot("altitude", "altitude_ft", forms.DECIMAL),
    Slot("ceiling", "ceiling_ft", forms.DECIMAL),
)
_RESOURCE: Final = Form(
    Resource,
    Slot("resourceDesc", "description", forms.TEXT, needed=True),
    Slot("mimeType", "mime_type", forms.TEXT, needed=True),
    Slot("size", "size_bytes", forms.SIZE),
    Slot("uri", "uri", forms.TEXT),
    Slot("derefUri", "content", forms.TEXT),
    Slot("digest", "digest", forms.TEXT),
)
_INFO: Final = Form(
    Info,
    Slot("language", "language", forms.TEXT),
    Slot("category", "categories", forms.one_of(Category), many=True),
    Slot("event", "event", forms.TEXT, needed=True),
    Slot("responseType", "responses", forms.one_of(Response), many=True),
    Slot("urgency", "urgency", forms.one_of(Urgency)),
    Slot("severity", "severity", forms.one_of(Severity)),
    Slot("certainty", "certainty", forms.one_of(Certainty)),
    Slot("audience", "audience", forms.TEXT),
    Slot("eventCode", "event_codes", forms.PAIR, many=True),
    Slot("effective", "effective", forms.TIME),
    Slot("onset", "onset", forms.TIME),
    Slot("expires", "expires", forms.TIME),
    Slot("senderName", "sender_name", forms.TEXT),
    Slot("headline", "headline", forms.TEXT),
    Slot("description", "description", forms.LINES),
    Slot("instruction", "instruction", forms.LINES),
    Slot("web", "web", forms.TEXT),
    Slot("contact", "contact", forms.TEXT),
    Slot("parameter", "parameters", forms.PAIR, many=True),
    Slot("resource", "resources", _RESOURCE, many=True),
    Slot("area", "areas", _AREA, many=True),
)
_ALERT: Final = Form(
    Alert,
    Slot("identifier", "identifier", forms.TEXT),
    Slot("sender", "sender", forms.TEXT),
    Slot("sent", "sent", forms.TIME),
    Slot("status", "status", forms.one_of(Status)),
    Slot("msgType", "kind", forms.one_of(Kind)),
    Slot("source", "source", forms.TEXT),
    Slot("scope", "scope", forms.one_of(Scope)),
    Slot("restriction", "restriction", forms.TEXT),
    Slot("addresses", "addresses", forms.TEXT),
    Slot("code", "codes", forms.TEXT, many=True),
    Slot("note", "note", forms.LINES),
    Slot("references", "references", forms.REFERENCES),
    Slot("incidents", "incidents", forms.TEXT),
    Slot("info", "infos", _INFO, many=True),
)


def read(data: bytes) -> Alert:
    """Read one message; BadAlert says why it is none."""
    root = _parsed(data)
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise BadAlert(reason="namespace", detail=f"the document is {root.tag}"[:_MOST_CHARS])
    if not (schema := _schema()).validate(root):
        raise BadAlert(reason="schema", detail=str(schema.error_log[0].message)[:_MOST_CHARS])
    try:
        fields = _ALERT.fields(root)
        alert = Alert(**fields, signed=root.find(f"{{{SIGNATURE}}}*") is not None)
    except forms.Unreadable as exc:
        raise BadAlert(reason="standard", detail=str(exc)[:_MOST_CHARS]) from exc
    _check(alert)
    return alert


def write(alert: Alert) -> bytes:
    """Return a message in UTF-8; BadAlert when the standard does not allow it."""
    _check(alert)
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    try:
        _ALERT.fill(root, alert)
    except ValueError as exc:  # a character that XML does not have
        raise BadAlert(reason="not-xml", detail=str(exc)[:_MOST_CHARS]) from exc
    if not (schema := _schema()).validate(root):
        raise BadAlert(reason="schema", detail=str(schema.error_log[0].message)[:_MOST_CHARS])
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    if len(written) > MAX_BYTES:
        raise BadAlert(reason="too-large", detail=f"{len(written)} bytes, at most {MAX_BYTES}")
    return written


@cache
def _schema() -> Any:
    with resources.files("controller.emergency").joinpath("CAP-v1.2.xsd").open("rb") as file:
        return etree.XMLSchema(etree.parse(file))


def _parsed(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise BadAlert(reason="too-large", detail=f"{len(data)} bytes, at most {MAX_BYTES}")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # libxml2's own limits: depth 256, growth of entities, length of a text
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        raise BadAlert(reason="not-xml", detail=str(exc)[:_MOST_CHARS]) from exc
    if root.getroottree().docinfo.doctype:
        raise BadAlert(reason="doctype", detail="it declares a document type, and perhaps entities")
    return root


def _check(alert: Alert) -> None:
    """Raise BadAlert where the standard's words say more than its schema."""
    for reason in _faults(alert):
        raise BadAlert(reason="standard", detail=reason)


def _faults(alert: Alert) -> Iterator[str]:
    for what, name in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not 0 < len(name) <= MAX_NAME_CHARS:
            yield f"{what} has {len(name)} characters, not 1 to {MAX_NAME_CHARS}"
        if any(char in forms.NOT_IN_NAMES or char.isspace() for char in name):
            yield f"{what} has a space, a comma, < or &"
    if len(alert.infos) > MAX_INFOS:
        yield f"{len(alert.infos)} info elements, at most {MAX_INFOS}"
    points = sum(len(p) for info in alert.infos for area in info.areas for p in area.polygons)
    if points > forms.MAX_POINTS:
        yield f"{points} corners, at most {forms.MAX_POINTS}"
    if alert.kind in {Kind.UPDATE, Kind.CANCEL} and not alert.references:
        yield f"{alert.kind} names no message in references"
