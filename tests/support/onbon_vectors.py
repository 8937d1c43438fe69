"""Bytes that did not come from our code, each with where it was found; every CRC was recomputed."""

K = "onbonlab/onbonlab.github.io, onbon-docs/docs/zh/k/potocol.md"
G6 = "onbonlab/BX-V-VI, 6th dynamic area user manual, 5.5.1"
USERS = "hosts of two users, in public code"

_FROM = "A5A5A5A5A5A5A5A5 0100 0080 000000 00 00 00 FE 02"
_ANY = "A5A5A5A5A5A5A5A5 FEFF 0080 000000 00 00 00 FE 02"

FONT = {
    "ping": (f"{_FROM} 0500 A2 00 01 0000 68F8 5A", K),
    "status": (f"{_FROM} 0500 A1 02 01 0000 2D40 5A", USERS),
    "clear": (f"{_FROM} 0500 A3 10 01 0000 51F8 5A", USERS),
    "brightness 12": (f"{_FROM} 0700 A3 02 01 0200 01 0C 262D 5A", USERS),
    "clock": (f"{_FROM} 0D00 A2 03 01 0800 1320 01 25 11 17 26 05 B03F 5A", K),
    "delete all areas": (f"{_FROM} 0700 A3 06 01 0200 FF 00 67CC 5A", USERS),
    "lock": (f"{_FROM} 0B00 A3 04 01 0000 00 01 50303030 C240 5A", K),
    "unlock": (f"{_FROM} 0B00 A3 04 01 0000 00 00 50303030 FF80 5A", K),
    "open a file": (f"{_ANY} 0E00 A1 05 01 0000 01 50303030 47000000 4814 5A", K),
    "write a file": (
        (
            f"{_ANY} 5900 A1 06 01 0000 50303030 01 0000 4700 00000000"
            "00 50303030 47000000 FF 0000 01 FFFFFFFFFFFFFFFF 01 00 00 01 2C000000"
            "00 0080 0000 8080 2000 FF 00 00 0000 00 00 00 02 02 02 00 0A 0A 0D000000"
            "BBB6D3ADB9E2C1D94F6E626F6E 0F18 ECF0 5A"
        ),
        K,
    ),
    "text in pixels": (
        (
            f"{_ANY} 2C00 A3 06 01 0000 00 01 2300 00 0080 0000 8080 2000 00 00 00 0A00 00 00"
            "00 02 01 01 00 02 0A 08000000 BBB6D3ADB9E2C1D9 3C49 5A"
        ),
        K,
    ),
    "text TEMPER": (
        (
            f"{_FROM} 3500 A3 06 02 0000 00 01 2C00 00 0000 0C00 4000 0C00 01 0A 01 0200 00 00"
            "00 01 01 01 00 17 02 11000000 5C464F303030 54454D5045523A3231A1E6 82DA 5A"
        ),
        USERS,
    ),
    "text HUM": (
        (
            f"{_FROM} 3300 A3 06 02 0000 00 01 2A00 00 0000 1800 4000 0C00 01 0A 01 0200 00 00"
            "00 01 01 01 00 17 02 0F000000 5C464F303030 48554D3A3636255248 367A 5A"
        ),
        USERS,
    ),
    "text of two spaces": (
        (
            f"{_FROM} 2C00 A3 06 02 0000 00 01 2300 00 0000 2400 4000 0C00 01 0A 01 0200 00 00"
            "00 01 01 01 00 17 02 08000000 5C464F303030 2020 DAF6 5A"
        ),
        USERS,
    ),
    "text QRST": (
        (
            f"{_FROM} 3200 A3 06 01 2D00 00 01 2900 00 0000 0000 1800 2000 00 00 00 0200 00 00"
            "00 02 02 03 00 04 05 0E000000 3031323334355152535454562742 A87D 5A"
        ),
        USERS,
    ),
}
"""Requests to font cards."""

FONT_UNREAD = {
    "format": (f"{_FROM} 0500 A1 00 01 0000 2CF8 5A", K),
    "special area": (
        (
            f"{_FROM} 1D00 A4 01 01 0000 2800 0000 0800 4000 00 01 00 0200 02 00 02 0A00"
            "000000000000 FDC0 5A"
        ),
        K,
    ),
    "page of the special area": (
        f"{_FROM} 1700 A4 02 01 0000 00 0F00 7777772E6F6E626F6E62782E636F6D 68B5 5A",
        K,
    ),
    "delete a page": (f"{_FROM} 0600 A4 09 01 0000 00 659C 5A", K),
    "delete the special area": (f"{_FROM} 0500 A4 04 01 0000 E1C8 5A", K),
}
"""Requests to font cards that this code does not read, and yet passes on unharmed."""

FONT_ANSWERS = {
    "ack": ("A5A5A5A5A5A5A5A5 0080 0100 000000 00 00 00 FE 02 0500 A0 00 00 0000 64DC 5A", USERS),
    "ack to anybody": (
        "A5A5A5A5A5A5A5A5A5 0080 FEFF 000000 00 00 00 FE 02 0500 A0 00 00 0000 14AC 5A",
        K,
    ),
    "nack": (
        "A5A5A5A5A5A5A5A5A5 0080 FEFF 000000 00 00 00 FE 02 0500 A0 01 05 0000 0551 5A",
        K,
    ),
}

GRAPHIC = {
    "ping": (
        "A5A5A5A5A5A5A5A5 FEFF 0080 F0 00 FEFF 00000000 05000000 01 A2 00 0000 C686 5A",
        G6,
    ),
}
GRAPHIC_UNREAD = {
    "A9 01": (
        (
            "A5A5A5A5A5A5A5A5 FEFF 0080 F0 00 FEFF 00000000 0E000000"
            "01 A9 01 0000 50303030 0000 0100 01 3C65 5A"
        ),
        USERS,
    ),
}

WRONG = {
    # deanled.cn prints the text above with a width of 80 00, and the CRC of 18 00.
    "text QRST": (FONT["text QRST"][0].replace("1800 2000", "8000 2000"), "deanled.cn"),
}


def octets(vector):
    return bytes.fromhex(vector[0])
