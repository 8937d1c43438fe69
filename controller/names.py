"""The names that people give to what they keep."""

from typing import Final

from controller.errors import Invalid

MAX_NAME_CHARS: Final = 200


def checked_name(name: str) -> str:
    """Return a name as it is kept, without needless spaces; Invalid."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise Invalid("no such name", field="name", reason=f"1 to {MAX_NAME_CHARS} characters")
    return name
