"""The three classes of a broadcast, weakest first."""

from enum import StrEnum


class BroadcastClass(StrEnum):
    """The three classes of Circular 39/2020: thông thường, ưu tiên, khẩn cấp."""

    NORMAL = "normal"
    PRIORITY = "priority"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """Return 0 for normal, 1 for priority, 2 for emergency."""
        return list(BroadcastClass).index(self)
