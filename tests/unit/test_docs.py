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


VERIFIER = ROOT / "okobpf" / "lib" / "verifier"
DEFINITION = re.compile(r"^(\w+)\(", re.M)


def functions_that_refuse() -> set[str]:
    """Names of the functions of the verifier that refuse programs."""
    names = set()
    for source in VERIFIER.glob("*.c"):
        # What comes before the first definition, then names and what follows each of them.
        _, *parts = DEFINITION.split(source.read_text())
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            if re.search(r"\b((okobpf_)?refuse\w*|bad_insn|okobpf_over_limit|no_end)\(v,", body):
                names.add(name)
    return names


def test_the_page_on_the_verifier_names_all_functions_that_refuse() -> None:
    page = (ROOT / "docs" / "verifier.md").read_text()
    named = set(re.findall(r"`(\w+)\(\)`", page))
    sources = "".join(source.read_text() for source in VERIFIER.glob("*.[ch]"))
    defined = set(DEFINITION.findall(sources))
    refusing = functions_that_refuse()
    # Encoding: all refuse by bad_insn(), as the page says.
    encoding = set(DEFINITION.findall((VERIFIER / "encoding.c").read_text()))
    assert len(refusing) > 30
    assert refusing - encoding - {"okobpf_refuse", "okobpf_refuse_at"} <= named
    assert named <= defined
