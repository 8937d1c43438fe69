"""Displays that share one line, and pictures without order."""

import numpy as np

from playlists.text.frame import Frame
from simulator.wire import Clear, Wire


class Echoing(Clear):
    """A line on which the host hears itself."""

    def echo(self, data):
        return data


def bus(sign, line, *sites, weather=None):
    """A wire with a simulated display for each site: `sign` takes the site and the wire's clock."""
    wire = Wire(line=line)
    wire.weather = weather or Clear()
    signs = [sign(site, wire.clock) for site in sites]
    for one in signs:
        wire.plug_in(one)
    return wire, signs


def noise(geometry, seed):
    chance = np.random.default_rng(seed)
    return Frame.from_bitmap(
        chance.integers(0, 2, (geometry.height_px, geometry.width_px)).astype(np.bool_)
    )
