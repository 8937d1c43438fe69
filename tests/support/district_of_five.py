"""A small district for tests of the controller."""

from controller.bootstrap import Services
from controller.model import Area, Device, DeviceKind


def populate(services: Services) -> None:
    """Add a district: two boards of one size, one of another, a free and a bound speaker."""
    for area in (
        Area("quan", "Quận", None, "Asia/Ho_Chi_Minh", None),
        Area("phuong", "Phường", "quan", None, "lien-chieu"),
        Area("berlin", "Berlin", "quan", "Europe/Berlin", None),
    ):
        services.district.create_area(area)
    for name, area, size in (
        ("bang-1", "quan", (192, 32)),
        ("bang-2", "phuong", (192, 32)),
        ("bang-3", "berlin", (64, 16)),
    ):
        services.district.enrol(board(name, area, size), thin=name == "bang-3")
    for name, area in (("loa-1", "quan"), ("loa-2", "phuong")):
        services.district.enrol(speaker(name, area), thin=False)


def board(name: str, area: str, size: tuple[int, int]) -> Device:
    return Device(name, name, DeviceKind.BOARD, area, *size, max_strip_px=512, idle_text="Chào")


def speaker(name: str, area: str) -> Device:
    return Device(name, name, DeviceKind.SPEAKER, area, None, None, None, idle_text="")
