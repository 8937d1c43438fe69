"""The XML inside Huidu packets: questions with a method, answers with a result.

`<sdk guid=".."><in method="..">..</in></sdk>` and `<sdk guid=".."><out method=".." result="..">`.
All that is said stands in attributes. What comes from a card is hostile until it was read: it is
UTF-8, bounded in size and depth, and declares no document type, so no entities of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final
from xml.parsers import expat

from drivers.errors import PeerWireError
from drivers.huidu.packets import MAX_XML_BYTES

SUCCESS: Final = "kSuccess"
NO_GUID: Final = "##GUID"
"""What stands for the session's guid before there is one."""
MAX_DEPTH: Final = 16
"""The deepest document we know has eight levels."""
_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class Node:
    """An element: all that it says stands in its attributes and its children."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Node", ...] = ()

    def get(self, attribute: str) -> str:
        """Return an attribute; "" when it is not there."""
        return self.attributes.get(attribute, "")

    def every(self, name: str) -> Iterator["Node"]:
        """Yield the elements of a name below this one, in the order of the document."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.every(name)

    def first(self, name: str) -> "Node":
        """Return the first of them; an empty one when there is none."""
        return next(self.every(name), Node(name))


@dataclass(frozen=True, slots=True)
class Question:
    """What a host says."""

    guid: str
    method: str
    body: Node


@dataclass(frozen=True, slots=True)
class Reply:
    """What a card says."""

    guid: str
    method: str
    result: str
    body: Node


def node(name: str, /, *children: Node, **attributes: object) -> Node:
    """Return an element."""
    return Node(name, {key: str(value) for key, value in attributes.items()}, children)


def ask(guid: str, method: str, *children: Node) -> bytes:
    """Return the bytes of a question or an order."""
    return _document(node("sdk", node("in", *children, method=method), guid=guid))


def answer(guid: str, method: str, result: str, *children: Node) -> bytes:
    """Return the bytes of an answer."""
    return _document(node("sdk", node("out", *children, method=method, result=result), guid=guid))


def read_question(data: bytes) -> Question:
    """Read what a host sent; PeerWireError for anything else."""
    guid, body = _body(data, "in")
    return Question(guid, body.get("method"), body)


def read_reply(data: bytes) -> Reply:
    """Read what a card sent; PeerWireError for anything else."""
    guid, body = _body(data, "out")
    return Reply(guid, body.get("method"), body.get("result"), body)


def parse(data: bytes) -> Node:
    """Read a document; PeerWireError for anything that is not plain XML within the bounds."""
    if len(data) > MAX_XML_BYTES:
        raise PeerWireError("huidu", f"a document of {len(data)} bytes")
    try:
        text = data.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError as exc:
        raise PeerWireError("huidu", "a document that is not UTF-8") from exc
    return _Builder().read(text)


class _Builder:
    """Makes nodes of what expat finds."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, str], list[Node]]] = [("", {}, [])]
        # The encoding given here overrules what the document says of itself.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, text: str) -> Node:
        try:
            self._parser.Parse(text.encode("utf-8"), True)  # noqa: FBT003 -- expat's signature
        except expat.ExpatError as exc:
            raise PeerWireError("huidu", f"XML that does not parse: {exc}") from exc
        return self._open[0][2][0]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > MAX_DEPTH:
            raise PeerWireError("huidu", f"XML deeper than {MAX_DEPTH} levels")
        self._open.append((name, attributes, []))

    def _end(self, _name: str) -> None:
        name, attributes, children = self._open.pop()
        self._open[-1][2].append(Node(name, attributes, tuple(children)))

    def _refuse(self, *_declaration: object) -> None:
        raise PeerWireError("huidu", "XML with a document type")


def _body(data: bytes, name: str) -> tuple[str, Node]:
    document = parse(data)
    bodies = [child for child in document.children if child.name == name]
    if document.name != "sdk" or len(bodies) != 1:
        raise PeerWireError("huidu", f"no <{name}> in <{document.name}>")
    return document.get("guid"), bodies[0]


def _document(root: Node) -> bytes:
    return (_HEAD + "".join(_text(root))).encode("utf-8")


def _text(one: Node) -> Iterator[str]:
    yield f"<{one.name}"
    for key, value in one.attributes.items():
        yield f' {key}="{escape(value)}"'
    if not one.children:
        yield "/>"
        return
    yield ">"
    for child in one.children:
        yield from _text(child)
    yield f"</{one.name}>"
