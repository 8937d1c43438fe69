"""From what an operator writes for a port to an open link."""

from urllib.parse import urlsplit

from drivers.errors import LinkLost
from drivers.ports import ByteLink
from drivers.transport.serial import LineFormat, SerialLink
from drivers.transport.sockets import TcpLink, UdpLink


def open_link(port: str, line: LineFormat, ip_port: int | None = None) -> ByteLink:
    """Open a path, a pyserial URL, `tcp://host[:port]` or `udp://host[:port]`; LinkLost."""
    if not port.startswith(("tcp://", "udp://")):
        return SerialLink(port, line)
    try:
        parts = urlsplit(port)
        host, number = parts.hostname, parts.port or ip_port
    except ValueError as exc:
        raise LinkLost(port, str(exc)) from exc
    if not host or number is None:
        raise LinkLost(port, f"is not {parts.scheme}://host:port")
    return TcpLink(host, number) if parts.scheme == "tcp" else UdpLink(host, number)
