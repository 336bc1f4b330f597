"""Numbers of OpenFlow, and the names of its errors."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import Final

#: The experimenter (vendor) id of the messages, errors and the match field for filter programs.
OKO_EXPERIMENTER: Final = 0x00024F4B

#: That of Nicira's extensions, under which errors go in OpenFlow 1.0 and 1.1.
NICIRA_EXPERIMENTER: Final = 0x00002320

#: The least and the greatest number of a filter program, and what stands for all of them.
PROG_MIN: Final = 1
PROG_MAX: Final = 0xFFFFFFFE
PROG_ALL: Final = 0xFFFFFFFF

#: The longest object that a switch takes, in bytes.
MAX_OBJECT: Final = 1024 * 1024

#: Bytes of an object in a message: an error's copy of the whole message has room in another one.
CHUNK: Final = 32768

#: Bytes of keys and values that fit into a message.
MAX_ENTRIES_LEN: Final = 65000

#: Bytes of a name in a message, the null byte included.
NAME_LEN: Final = 64


class Version(enum.IntEnum):
    """A version of OpenFlow, with the number that stands for it in messages."""

    OF10 = 1
    OF11 = 2
    OF12 = 3
    OF13 = 4
    OF14 = 5
    OF15 = 6

    def __str__(self) -> str:
        return f"OpenFlow1{self - 1}"


#: Code of the first of our errors in OpenFlow 1.0 and 1.1, where they are of Nicira's type 1.
NICIRA_FIRST: Final = 900

#: Errors of filter programs: number, and what it means, for people.
OKO_ERRORS: Final = MappingProxyType(
    {
        "OKO_UNKNOWN_PROG": (1, "there is no filter program with that number"),
        "OKO_BAD_PROG_ID": (
            2,
            "a filter program can't have that number (1 to 4294967294)",
        ),
        "OKO_PROG_EXISTS": (
            3,
            "there is a filter program with that number already: replace it,"
            " or choose another number",
        ),
        "OKO_PROG_IN_USE": (
            4,
            "flows use the filter program: delete them first, or unload by force",
        ),
        "OKO_BAD_FLAGS": (5, "the message has unknown flags, or flags that exclude each other"),
        "OKO_BAD_CHUNK": (
            6,
            "a part of the object is empty, lies outside of it, or doesn't follow the one before",
        ),
        "OKO_BAD_OBJECT": (7, "the file is not a usable BPF object"),
        "OKO_REJECTED": (8, "the verifier refused the filter program"),
        "OKO_LIMIT": (9, "the filter program or the entry is over a limit"),
        "OKO_NO_MEMORY": (10, "the switch has not enough memory for the filter program"),
        "OKO_UNSUPPORTED_DP": (
            11,
            "the bridge's datapath can't run filter programs: it needs datapath_type=netdev",
        ),
        "OKO_UNKNOWN_MAP": (12, "the filter program has no such map"),
        "OKO_BAD_KEY_SIZE": (13, "the key has not the size of the map's keys"),
        "OKO_BAD_VALUE_SIZE": (14, "the value has not the size of the map's values"),
        "OKO_BAD_KEY": (15, "the map can't have an entry with that key"),
        "OKO_MAP_FULL": (16, "the map has no room for another entry"),
        "OKO_NO_ENTRY": (17, "the map has no entry with that key"),
        "OKO_ENTRY_EXISTS": (18, "the map has an entry with that key already"),
        "OKO_READ_ONLY": (19, "the map can't be written"),
        "OKO_UNSUPPORTED_MAP_OP": (20, "this kind of map can't do that"),
        "OKO_LOSES_MAPS": (21, "what is in maps of the program that it replaces would be lost"),
    }
)

_OKO_BY_NUMBER: Final = {number: name for name, (number, _) in OKO_ERRORS.items()}

#: Type and code of the errors of OpenFlow itself that a request of ours can lead to.
_OPENFLOW: Final = {
    (0, 0): "OFPHFC_INCOMPATIBLE",
    (0, 1): "OFPHFC_EPERM",
    (1, 0): "OFPBRC_BAD_VERSION",
    (1, 1): "OFPBRC_BAD_TYPE",
    (1, 2): "OFPBRC_BAD_STAT",
    (1, 3): "OFPBRC_BAD_VENDOR",
    (1, 4): "OFPBRC_BAD_SUBTYPE",
    (1, 5): "OFPBRC_EPERM",
    (1, 6): "OFPBRC_BAD_LEN",
    (1, 7): "OFPBRC_BUFFER_EMPTY",
    (1, 8): "OFPBRC_BUFFER_UNKNOWN",
}


def error_name(vendor: int, kind: int, code: int) -> str:
    """Return the name of an error, or its numbers where it has none that we know.

    *vendor* is 0 for errors of OpenFlow itself.
    """
    name: str | None = None
    if vendor == OKO_EXPERIMENTER:
        name = _OKO_BY_NUMBER.get(kind)
    elif vendor == NICIRA_EXPERIMENTER and kind == 1:
        name = _OKO_BY_NUMBER.get(code - NICIRA_FIRST + 1)
    elif not vendor:
        name = _OPENFLOW.get((kind, code))
    if name is not None:
        return name
    return f"{f'experimenter {vendor:#010x}, ' if vendor else ''}error type {kind}, code {code}"
