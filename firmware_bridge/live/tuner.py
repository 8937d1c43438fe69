"""The tuner: a process for each stream, that receives, decodes, levels, and writes packets.

It believes nothing it receives. Its memory, its time and its files are counted, it writes nothing
but its standard output, and whoever started it ends it. How it ended it says in one line on
standard error; its status is 0 when the stream was over, as a call is.
"""

import ctypes
import logging
import os
import resource
import signal
import sys
from typing import Final, NoReturn

from firmware_bridge.live.decoding import blocks
from firmware_bridge.live.leveller import levelled, untouched
from firmware_bridge.live.order import MAX_ORDER_BYTES, Order
from firmware_bridge.live.web import CannotTune, Web

MEMORY_BYTES: Final = 768 << 20
"""Of addresses, most of which libraries take without using them; 90 MB are really used."""
OPEN_FILES: Final = 24
NICENESS: Final = 5
"""The player's threads go first."""
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38


def main() -> int:
    """Serve one order."""
    parent = os.getppid()
    logging.disable()
    order = Order.decode(sys.stdin.buffer.readline(MAX_ORDER_BYTES))
    _lock(order.cpu_s, parent)
    out = sys.stdout.buffer
    try:
        web = Web(order, _give_up)
        packets = untouched if order.is_own else levelled
        for packet in packets(blocks(web.open(order.url), web)):
            out.write(packet)
            out.flush()
    except CannotTune as exc:
        return _failed(str(exc))
    except MemoryError:
        return _failed("it takes too much memory")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())  # nothing is left to be flushed
        return _failed("nobody listens")
    return 0


def _give_up(why: str) -> NoReturn:
    _failed(why)
    sys.stderr.flush()
    os._exit(1)


def _failed(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


def _lock(cpu_s: int, parent: int) -> None:
    system = ctypes.CDLL(None)
    system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)
    os.nice(NICENESS)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, cpu_s),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    sys.exit(main())
