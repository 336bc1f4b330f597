"""Golden files: what ovs-ofctl prints, and what it means.

tests/fixtures/<command>/<case>.txt is the output, <case>.json what it is read as.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from oko_py import OkoError, ParseError
from oko_py._parse import error_name, parse_flows, parse_map_dump, parse_programs, parse_report
from oko_py._process import failure

FIXTURES = Path(__file__).parents[1] / "fixtures"


def cases(*commands: str) -> list[Any]:
    found = [path for command in commands for path in sorted((FIXTURES / command).glob("*.txt"))]
    assert found
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in found]


def read(path: Path) -> object:
    text = path.read_text()
    try:
        match path.parent.name:
            case "dump-filter-progs":
                return [program.to_dict() for program in parse_programs(text)]
            case "dump-flows":
                return [flow.to_dict() for flow in parse_flows(text)]
            case _:
                return [[key.hex(), value.hex()] for key, value in parse_map_dump(text)]
    except ParseError as error:
        return {"error": error.reason, "line": error.line, "position": error.position}


@pytest.mark.parametrize("path", cases("dump-filter-progs", "dump-flows", "dump-map"))
def test_output(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    assert read(path) == expected
    assert path.stem.startswith("bad-") == isinstance(expected, dict)


@pytest.mark.parametrize(
    "path", cases("load-filter-prog", "unload-filter-prog", "update-map", "add-flow")
)
def test_failure(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    error = failure(path.parent.name, ["ovs-ofctl"], 1, "", path.read_text())
    assert isinstance(error, OkoError)
    told = {"kind": type(error).__name__, "message": str(error)}
    names = ("reason", "where", "state", "advice", "insn", "source_line", "name", "type", "code")
    for name in names:
        if getattr(error, name, None) is not None:
            told[name] = getattr(error, name)
    assert told == expected


@pytest.mark.parametrize("path", cases("dump-filter-progs", "dump-flows", "dump-map"))
def test_truncated_output_is_data_or_parse_error(path: Path) -> None:
    text = path.read_text()
    parse = {
        "dump-filter-progs": parse_programs,
        "dump-flows": parse_flows,
        "dump-map": parse_map_dump,
    }[path.parent.name]
    for end in range(len(text)):
        try:
            parse(text[:end])
        except ParseError as error:
            assert 0 <= error.position <= len(error.line)


def test_error_name_is_found_behind_log_lines() -> None:
    text = "2026-11-21|00001|vconn|DBG|noise\nOFPT_ERROR (OF1.5) (xid=0x4): OFPBMC_BAD_VALUE\n"
    assert error_name(text) == "OFPBMC_BAD_VALUE"
    assert error_name("no error here") is None


def test_part_names_within_a_part_stay_in_it() -> None:
    report = parse_report("reason: a\nwhere: b\n  reason: not one\n\nstate: c\nreason: again\n")
    assert report == {"reason": "a", "where": "b\nreason: not one", "state": "c"}


def test_killed_command_says_so() -> None:
    error = failure("dump-map", ["ovs-ofctl"], -9, "", "")
    assert "killed by signal 9" in str(error)
