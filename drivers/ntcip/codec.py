"""SNMP messages on what carries them: datagrams as they are, serial lines in PMPP frames."""

from drivers.dialect import Carrier, Site
from drivers.errors import PeerWireError
from drivers.ntcip import hdlc, snmp
from drivers.ntcip.snmp import Kind, Message

_QUESTIONS = frozenset({Kind.GET, Kind.GET_NEXT, Kind.SET})


def encode(message: Message, site: Site) -> bytes:
    """Return what goes to or comes from a sign; PeerWireError for what cannot be carried."""
    payload = snmp.encode(message)
    if site.over is Carrier.SERIAL:
        return hdlc.encode(hdlc.Frame(site.address, payload))
    return payload


class _Ear:
    """Whole payloads for one drop; over UDP a payload is a datagram."""

    def __init__(self, site: Site) -> None:
        self._drop = site.address
        self._deframer = hdlc.Deframer() if site.over is Carrier.SERIAL else None

    def payloads(self, data: bytes) -> list[bytes]:
        if self._deframer is None:
            return [data]
        frames = self._deframer.receive(data)
        return [frame.payload for frame in frames if frame.drop == self._drop]


class SignDecoder:
    """The sign's ear: questions for its drop."""

    def __init__(self, site: Site) -> None:
        self._ear = _Ear(site)

    def receive(self, data: bytes) -> list[Message]:
        """Take bytes; return the questions they complete. Never raises."""
        questions = []
        for payload in self._ear.payloads(data):
            try:
                message = snmp.decode(payload)
            except PeerWireError:
                continue
            if message.kind in _QUESTIONS:
                questions.append(message)
        return questions


class HostDecoder:
    """The host's ear: the answer to one question. Answers that come late are not for it."""

    def __init__(self, site: Site, question: Message) -> None:
        self._ear = _Ear(site)
        self._question = question

    def receive(self, data: bytes) -> list[Message]:
        """Take bytes; return the answers they complete. PeerWireError for what is no SNMP."""
        heard = [snmp.decode(payload) for payload in self._ear.payloads(data)]
        return [message for message in heard if self._answers(message)]

    def _answers(self, message: Message) -> bool:
        asked = self._question
        return (message.kind, message.request_id) == (Kind.RESPONSE, asked.request_id)
