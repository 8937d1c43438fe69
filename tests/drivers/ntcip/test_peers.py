"""An implementation of SNMP that is not ours at either end of a loopback line: pysnmp.

As manager it loads and shows a picture on our simulated sign; as agent (its codec behind a socket)
it is asked by our driver's own manager.
"""

import asyncio
import socket
import threading
from contextlib import contextmanager

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.hlapi.v1arch.asyncio import (
    CommunityData,
    Integer32,
    ObjectIdentity,
    ObjectType,
    OctetString,
    SnmpDispatcher,
    UdpTransportTarget,
    get_cmd,
    next_cmd,
    set_cmd,
)
from pysnmp.proto import api

from drivers.dialect import Carrier, Site
from drivers.errors import PeerSilent
from drivers.ntcip import graphics, objects
from drivers.ntcip.activation import Activation, MessageId, message_crc
from drivers.ntcip.ber import COUNTER, Counted
from drivers.ntcip.manager import Manager, ObjectRefused
from drivers.ntcip.objects import GraphicStatus, MemoryType, MessageStatus
from drivers.ntcip.snmp import Error
from drivers.transport.sockets import UdpLink
from playlists.text.frame import Frame, Geometry
from simulator.boards.ntcip import NtcipSign
from simulator.lines import UdpLine

SITE = Site(Geometry(64, 16), community="phường", over=Carrier.UDP)
PICTURE = Frame.from_text(("@..@@@.." * 8 + "\n" + ".@" * 32 + "\n") * 8)


class PeerManager:
    """pysnmp, asking our sign."""

    def __init__(self, target, community):
        self._dispatcher = SnmpDispatcher()
        self._target = target
        # pysnmp takes a word of Latin-1; a sign compares bytes.
        self._community = CommunityData(community.encode().decode("latin-1"), mpModel=0)

    @classmethod
    async def reach(cls, url, community):
        host, port = url.removeprefix("udp://").split(":")
        target = await UdpTransportTarget.create((host, int(port)), timeout=1, retries=0)
        return cls(target, community)

    async def ask(self, command, *bindings):
        types = [ObjectType(ObjectIdentity(oid), *value) for oid, *value in bindings]
        return await command(self._dispatcher, self._community, self._target, *types)

    async def get(self, oid):
        problem, error, _, bindings = await self.ask(get_cmd, (oid,))
        assert not problem
        assert not error
        return bindings[0][1]

    async def set(self, *bindings):
        problem, error, index, _ = await self.ask(set_cmd, *bindings)
        assert not problem, problem
        return int(error), int(index)

    def close(self):
        self._dispatcher.transport_dispatcher.close_dispatcher()


def number(one, place, value):
    return (one.at(*place), Integer32(int(value)))


def octets(one, place, value):
    return (one.at(*place), OctetString(value))


async def load(peer, row, graphic):
    status = objects.GRAPHIC_STATUS
    assert await peer.set(number(status, (row,), GraphicStatus.MODIFY_REQ)) == (0, 0)
    assert await peer.set(
        number(objects.GRAPHIC_NUMBER, (row,), graphic.number),
        octets(objects.GRAPHIC_NAME, (row,), b"peer"),
        number(objects.GRAPHIC_HEIGHT, (row,), graphic.height_px),
        number(objects.GRAPHIC_WIDTH, (row,), graphic.width_px),
        number(objects.GRAPHIC_TYPE, (row,), graphic.scheme),
        number(objects.GRAPHIC_TRANSPARENT, (row,), 0),
        octets(objects.GRAPHIC_CLEAR_COLOUR, (row,), bytes(3)),
    ) == (0, 0)
    assert await peer.set(octets(objects.GRAPHIC_BLOCK, (row, 1), graphic.data)) == (0, 0)
    assert await peer.set(number(status, (row,), GraphicStatus.READY_REQ)) == (0, 0)
    for _ in range(1_000):
        if await peer.get(status.at(row)) != GraphicStatus.CALCULATING_ID:
            break
    assert await peer.get(objects.GRAPHIC_ID.at(row)) == graphic.ident


async def define(peer, row, text):
    place = MemoryType.CHANGEABLE, row
    request = objects.MESSAGE_STATUS
    assert await peer.set(number(request, place, MessageStatus.MODIFY_REQ)) == (0, 0)
    assert await peer.set(
        octets(objects.MESSAGE_MULTI, place, text),
        octets(objects.MESSAGE_OWNER, place, b"peer"),
        number(objects.MESSAGE_PRIORITY, place, 3),
    ) == (0, 0)
    assert await peer.set(number(request, place, MessageStatus.VALIDATE_REQ)) == (0, 0)
    assert await peer.get(request.at(*place)) == MessageStatus.VALID
    crc = int(await peer.get(objects.MESSAGE_CRC.at(*place)))
    assert crc == message_crc(text)
    return MessageId(MemoryType.CHANGEABLE, row, crc)


async def show(peer, message):
    code = Activation(message, 3).encode()
    return await peer.set(octets(objects.ACTIVATE, (), code))


async def a_peers_dialogue():
    loop = asyncio.get_running_loop()
    sign, line = NtcipSign(SITE, loop.time), UdpLine("127.0.0.1")
    line.join(sign.hear, sign.hang_up)
    await line.open()
    peer = await PeerManager.reach(line.url, SITE.community)
    stranger = await PeerManager.reach(line.url, "public")
    try:
        graphic = graphics.graphic_of(PICTURE, 9)
        await load(peer, 2, graphic)
        message = await define(peer, 5, f"[g9,1,1,{graphic.ident:04X}]".encode())
        assert await show(peer, message) == (0, 0)
        assert sign.frame() == PICTURE
        wrong = MessageId(message.memory, message.number, message.crc ^ 1)
        assert await show(peer, wrong) == (Error.GEN_ERR, 1)
        assert await peer.get(objects.ACTIVATE_ERROR.at()) == objects.ActivateError.MESSAGE_CRC
        clock = await peer.get(objects.GLOBAL_TIME.at())
        assert isinstance(clock, api.PROTOCOL_MODULES[api.SNMP_VERSION_1].Counter)
        _, _, _, following = await peer.ask(next_cmd, (objects.DMS,))
        assert tuple(following[0][0]) == objects.SIGN_ACCESS.at()
        _, error, index, _ = await peer.ask(get_cmd, (objects.SIGN_TYPE.at(),), ((1, 3, 6, 1),))
        assert (int(error), int(index)) == (Error.NO_SUCH_NAME, 2)
        problem, *_ = await stranger.ask(get_cmd, (objects.SIGN_TYPE.at(),))
        assert "No SNMP response" in str(problem)
    finally:
        peer.close()
        stranger.close()
        line.close()


def test_pysnmp_shows_a_picture_on_our_sign():
    asyncio.run(a_peers_dialogue())


# The other way round: what pysnmp's codec answers.

V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]


class PeerAgent:
    """A few objects, read and written by pysnmp's codec."""

    def __init__(self):
        self.cells = {
            objects.SIGN_TYPE.at(): V1.Integer(6),
            objects.MODULE_MODEL.at(1): V1.OctetString(b"peer"),
            objects.GLOBAL_TIME.at(): V1.Counter(4_000_000_000),
            objects.COMM_LOSS_MIN.at(): V1.Integer(0),
        }

    def answer(self, data):
        message, _ = decoder.decode(data, asn1Spec=V1.Message())
        if bytes(V1.apiMessage.get_community(message)) != SITE.community.encode():
            return None
        answer = V1.apiMessage.get_response(message)
        asked, told = V1.apiMessage.get_pdu(message), V1.apiMessage.get_pdu(answer)
        bindings = [(tuple(oid), value) for oid, value in V1.apiPDU.get_varbinds(asked)]
        missing = [at for at, (oid, _) in enumerate(bindings, 1) if oid not in self.cells]
        if missing:
            V1.apiPDU.set_error_status(told, 2)
            V1.apiPDU.set_error_index(told, missing[0])
        else:
            if asked.isSameTypeWith(V1.SetRequestPDU()):
                self.cells.update(bindings)
            V1.apiPDU.set_varbinds(told, [(oid, self.cells[oid]) for oid, _ in bindings])
        return encoder.encode(answer)

    @contextmanager
    def listening(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.bind(("127.0.0.1", 0))
            thread = threading.Thread(target=self._serve, args=(own,))
            thread.start()
            try:
                yield own.getsockname()[1]
            finally:
                own.sendto(b"", own.getsockname())
                thread.join(5)

    def _serve(self, own):
        while True:
            data, sender = own.recvfrom(65_536)
            if not data:
                return
            if answer := self.answer(data):
                own.sendto(answer, sender)


@pytest.fixture
def peer_agent():
    agent = PeerAgent()
    with agent.listening() as port:
        yield agent, port


def asking(port, community=SITE.community):
    return Manager(
        UdpLink("127.0.0.1", port),
        Site(SITE.geometry, community=community, over=Carrier.UDP),
        lambda: 0.3,
    )


def test_our_manager_understands_pysnmps_answers(peer_agent):
    agent, port = peer_agent
    host = asking(port)
    assert host.get(objects.SIGN_TYPE.at(), objects.MODULE_MODEL.at(1)) == (6, b"peer")
    assert host.get(objects.GLOBAL_TIME.at()) == (Counted(COUNTER, 4_000_000_000),)
    host.set((objects.COMM_LOSS_MIN.at(), 10), (objects.GLOBAL_TIME.at(), Counted(COUNTER, 7)))
    assert int(agent.cells[objects.COMM_LOSS_MIN.at()]) == 10
    assert host.get(objects.GLOBAL_TIME.at()) == (Counted(COUNTER, 7),)
    with pytest.raises(ObjectRefused, match=r"noSuchName for dmsSignAccess\.0"):
        host.get(objects.SIGN_TYPE.at(), objects.SIGN_ACCESS.at())
    known = host.get_known(
        objects.SIGN_ACCESS.at(), objects.SIGN_TYPE.at(), objects.SHORT_ERROR.at()
    )
    assert known == {objects.SIGN_TYPE.at(): 6}
    host.close()
    stranger = asking(port, "public")
    with pytest.raises(PeerSilent):
        stranger.get(objects.SIGN_TYPE.at())
    stranger.close()
