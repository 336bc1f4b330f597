"""What the documentation shows compiles, is accepted, and is there."""

import re
from pathlib import Path

import pytest
from test_oko_examples import run

import oko_py

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = re.findall(
    r"```c\n(#include.*?)```", (ROOT / "docs" / "writing-programs.md").read_text(), re.S
)


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_that_the_documentation_shows(number: int, tmp_path: Path) -> None:
    source = tmp_path / "program.c"
    source.write_text(PROGRAMS[number])
    target = oko_py.compile(source, tmp_path / "program.o")
    code, output = run("verify", target)
    assert code == 0, output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]


def test_there_are_programs_to_check() -> None:
    assert len(PROGRAMS) >= 2
