"""docs/openflow-messages.md says what the C header and the Python codec do."""

import re
from pathlib import Path

import pytest
from oko_header import Field, constants, structures

from oko_py import elf, wire
from oko_py.wire import Version

PAGE = (Path(__file__).parents[2] / "docs" / "openflow-messages.md").read_text()


def documented_structure(name: str) -> list[Field]:
    (table,) = re.findall(rf"^`struct {name}`:\n\n((?:\|.*\n)+)", PAGE, re.M)
    rows = re.findall(r"^\| (\d+) \| (\d+) \| `(\w+)` \|", table, re.M)
    return [Field(int(offset), int(size), field) for offset, size, field in rows]


@pytest.mark.parametrize("name", structures())
def test_every_byte_of_a_structure(name: str) -> None:
    assert documented_structure(name) == structures()[name]


def test_every_constant_and_its_value() -> None:
    rows = re.findall(r"^\| `(OKO\w+)` \| (\d+) \| \D", PAGE, re.M)
    assert {name: int(value) for name, value in rows} == constants()


def test_every_error() -> None:
    rows = re.findall(r"^\| `(OKO_\w+)` \| (\d+) \| (\d+) \| (.+) \|$", PAGE, re.M)
    assert {name: (int(number), text) for name, number, _, text in rows} == wire.OKO_ERRORS
    for name, _, code, _ in rows:
        assert wire.Error.named(name, Version.OF10).code == int(code)


def test_every_message_and_its_subtype() -> None:
    rows = re.findall(r"^\| `OKOS?T_\w+` (\w+) \| (\d+) \| .* \| `(\w+)` \|$", PAGE, re.M)
    assert [(kind, int(subtype), name) for kind, subtype, name in rows if kind == "command"] == [
        ("command", number, each.__name__) for number, each in sorted(wire.COMMANDS.items())
    ]
    for kind, known in (("request", wire.REQUESTS), ("reply", wire.REPLIES)):
        assert [(int(number), name) for found, number, name in rows if found == kind] == [
            (number, each.__name__) for number, each in sorted(known.items())
        ]


def test_kinds_of_maps() -> None:
    for number, name in elf.MAP_TYPES.items():
        assert re.search(rf"\b{number} {name}\b", PAGE)


EXAMPLES = re.findall(r"```console\n([0-9a-f \n]+)```", PAGE)
MESSAGES = [
    (wire.ProgLoad(1, 5, 0, wire.LoadFlags.REPLACE, b"12345"), Version.OF13),
    (wire.ProgUnload(7), Version.OF13),
    (wire.ProgDescRequest(), Version.OF13),
    (wire.ProgDescRequest(), Version.OF10),
    (
        wire.MapUpdate(1, 2, wire.MapOp.SET, wire.SetMode.EXIST, 1, 2, 1, b"\xaa\xbb\xcc"),
        Version.OF13,
    ),
    (wire.MapDumpRequest(1, 2, 77, 5), Version.OF13),
]


def test_examples_are_the_messages_that_they_are_said_to_be() -> None:
    *messages, field = [bytes.fromhex(each) for each in EXAMPLES]
    assert [(wire.decode(each).message, wire.decode(each).version) for each in messages] == MESSAGES
    assert field == wire.filter_prog_field(1)


def test_numbers_in_the_text() -> None:
    assert f"`{wire.OKO_EXPERIMENTER:#010x}`" in PAGE
    for number in (wire.CHUNK, wire.MAX_OBJECT, wire.PROG_MAX, wire.PROG_ALL):
        assert str(number) in PAGE
    assert wire.max_entries(1, 0) == 65000


def test_the_python_on_the_page_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    exec(code, {})
