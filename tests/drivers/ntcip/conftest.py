"""A sign on the desk, and somebody who asks it object by object."""

from dataclasses import replace

import numpy as np
import pytest

from drivers.dialect import Carrier, Site
from drivers.ntcip import driver, objects
from drivers.ntcip.manager import Manager
from drivers.ntcip.objects import MemoryType, MessageStatus
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.ntcip import NtcipSign
from simulator.wire import DatagramWire, Wire

GEOMETRY = Geometry(64, 16)


class Desk:
    """One sign, one wire, and as many hosts as a test wants."""

    def __init__(self, site):
        self.site = site
        self.wire = (DatagramWire if site.over is Carrier.UDP else Wire)(line=driver.DIALECT.line)
        self.sign = NtcipSign(site, self.wire.clock)
        self.wire.plug_in(self.sign)
        self.host = Manager(self.wire, site, lambda: 0.5)
        self.board = driver.Ntcip(self.wire, site)

    def again(self):
        """Return one more driver, as after a restart of its host."""
        return driver.Ntcip(self.wire, self.site)

    def asked(self, what):
        """Return how many bytes the host sends while it does something."""
        before_bytes = self.wire.sent_bytes
        what()
        return self.wire.sent_bytes - before_bytes

    def picture(self, seed):
        size, chance = self.site.geometry, np.random.default_rng(seed)
        levels = chance.integers(0, 2, (size.height_px, size.width_px, 3), np.uint8) * np.uint8(255)
        return Frame.from_colours(levels, self.site.depth)

    @property
    def dark(self):
        return Frame.blank(self.site.geometry, self.site.depth)

    def get(self, one, *place):
        return self.host.get(one.at(*place))[0]

    def put(self, one, value, *place):
        self.host.set((one.at(*place), value))

    def define(self, row, text, priority=1, owner=b"somebody"):
        """Put a message into a row as any other system would; return its checksum."""
        place = MemoryType.CHANGEABLE, row
        self.put(objects.MESSAGE_STATUS, int(MessageStatus.MODIFY_REQ), *place)
        self.put(objects.MESSAGE_MULTI, text, *place)
        self.put(objects.MESSAGE_OWNER, owner, *place)
        self.put(objects.MESSAGE_PRIORITY, priority, *place)
        self.put(objects.MESSAGE_STATUS, int(MessageStatus.VALIDATE_REQ), *place)
        return self.get(objects.MESSAGE_CRC, *place)


@pytest.fixture
def site():
    return Site(GEOMETRY, community="quê", over=Carrier.UDP)


@pytest.fixture
def desk(site):
    return Desk(site)


@pytest.fixture
def line_desk(site):
    return Desk(replace(site, over=Carrier.SERIAL, address=4_711))


@pytest.fixture
def rgb_desk(site):
    return Desk(replace(site, depth=Depth.RGB))
