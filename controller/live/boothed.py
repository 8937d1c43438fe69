"""Inside the booth: packets of a microphone on standard input, pieces of a stream on standard
output, until the input ends.

By the time a packet is looked at, this process can open nothing and write no file, and its memory
and time are counted.
"""

import sys

import numpy as np

from controller import locked
from controller.live.desk import PACKET_SAMPLES, Desk
from controller.live.pieces import FLOOR_DBFS, Piece, of_piece, read_packet


def main() -> None:
    """Serve one page."""
    locked.die_with_parent()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    warm_up()
    locked.shut()
    desk = Desk()
    out.write(of_piece(Piece(FLOOR_DBFS, FLOOR_DBFS, bad=False, sound=desk.head)))
    out.flush()
    while (packet := read_packet(source)) is not None:
        out.write(of_piece(desk.take(packet)))
        out.flush()
    out.write(of_piece(Piece(FLOOR_DBFS, FLOOR_DBFS, bad=False, sound=desk.end())))
    out.flush()


def warm_up() -> None:
    """Do everything once with sound of our own: libraries load parts of themselves late."""
    np.linspace(0.0, 1.0, PACKET_SAMPLES, dtype=np.float32)
    desk = Desk()
    for packet in (b"\x78", b"no sound", b"\x78\xff\xfe"):
        desk.take(packet)
    desk.end()


if __name__ == "__main__":
    main()
