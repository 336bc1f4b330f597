"""The library's face: what it exports, and that its documentation tells the truth."""

import re

import oko_py
from oko_py import _errors, elf, ofctl


def test_exports_exist_and_are_unique() -> None:
    for module in (oko_py, elf, ofctl):
        assert len(module.__all__) == len(set(module.__all__))
        for name in module.__all__:
            assert hasattr(module, name)


def exceptions() -> dict[str, type[Exception]]:
    return {
        name: value
        for name, value in vars(_errors).items()
        if isinstance(value, type)
        and issubclass(value, Exception)
        and value.__module__ == _errors.__name__
    }


def test_all_exceptions_are_exported() -> None:
    assert set(exceptions()) <= set(oko_py.__all__)


def test_exception_tree_in_the_documentation_is_the_real_one() -> None:
    documented: dict[str, str] = {}
    path: list[str] = []
    for line in (_errors.__doc__ or "").splitlines():
        found = re.match(r"(    (?:[│ ]   )*)(?:[├└]── )?(\w+)", line)
        if not found or found[2] not in exceptions():
            continue
        column = line.index(found[2])
        depth = (column - 4) // 4
        path[depth:] = [found[2]]
        if depth:
            documented[found[2]] = path[depth - 1]
    real = {name: kind.__bases__[0].__name__ for name, kind in exceptions().items()}
    del real["OkoError"]
    assert documented == real


def test_messages_of_key_errors_are_not_quoted() -> None:
    assert str(oko_py.KeyNotFound("no such key")) == "no such key"
    assert str(oko_py.MapNotFound("no such map")) == "no such map"
    assert str(oko_py.ProgramNotFound("none", name="OKO_UNKNOWN_PROG")) == "none"
