"""Exceptions: one tree, documented, and all of them pass from process to process."""

import copy
import inspect
import pickle
import re
from concurrent.futures import ProcessPoolExecutor

import pytest

import oko_py
from oko_py import _errors, _values


def every_error() -> list[type[oko_py.OkoError]]:
    found: list[type[oko_py.OkoError]] = []
    queue = [oko_py.OkoError]
    while queue:
        kind = queue.pop()
        found.append(kind)
        queue += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.startswith("oko_py")]


def example(kind: type[oko_py.OkoError]) -> oko_py.OkoError:
    """Return one with a value for each parameter that has a name."""
    values: dict[str, object] = {}
    parameters = inspect.signature(kind.__init__).parameters
    positional = []
    for name, parameter in list(parameters.items())[1:]:
        value: object = f"{name} of it"
        if name == "argv":
            value = ("ovs-ofctl", "x")
        elif name in ("timeout", "returncode", "position", "offset"):
            value = 4
        if parameter.kind is parameter.KEYWORD_ONLY:
            values[name] = value
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            positional.append(value)
        elif parameter.kind is parameter.VAR_POSITIONAL and not positional:
            positional.append("what is wrong")
    return kind(*positional, **values)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("way", [*range(pickle.HIGHEST_PROTOCOL + 1), "copy"])
def test_pickles(kind: type[oko_py.OkoError], way: int | str) -> None:
    error = example(kind)
    error.added = {"by": "the caller"}  # type: ignore[attr-defined]
    twin = copy.deepcopy(error) if way == "copy" else pickle.loads(pickle.dumps(error, int(way)))
    assert type(twin) is kind
    assert str(twin) == str(error)
    assert str(error)
    assert (twin.args, twin.__dict__) == (error.args, error.__dict__)


def test_parts_of_a_refusal_that_are_set_later_pickle_too() -> None:
    error = oko_py.ProgramRejected("no", reason="r", where="insn 3", advice="a")
    error.insn = 3
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.insn, twin.advice, str(twin)) == (3, "a", str(error))


def fails(number: int) -> None:
    raise oko_py.ProgramNotFound(f"no program {number}", name="OKO_UNKNOWN_PROG", argv=["a"])


def test_a_pool_of_processes_hands_them_on() -> None:
    with ProcessPoolExecutor(1) as pool:
        error = pool.submit(fails, 5).exception(timeout=60)
    assert isinstance(error, oko_py.ProgramNotFound)
    assert (str(error), error.name, error.argv) == ("no program 5", "OKO_UNKNOWN_PROG", ("a",))


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    tree = re.findall(r"^    ([│ ├└─]*)(\w+)", _errors.__doc__ or "", re.M)
    parents: list[str] = []
    documented = {}
    for indent, name in tree:
        depth = len(indent) // 4
        parents[depth:] = [name]
        documented[name] = parents[depth - 1] if depth else "Exception"
    mine = [kind for kind in every_error() if kind is not _values.Mismatch]
    assert documented == {kind.__name__: kind.__bases__[0].__name__ for kind in mine}


def test_all_are_exported() -> None:
    hidden = {_values.Mismatch}
    assert {kind.__name__ for kind in every_error() if kind not in hidden} <= set(oko_py.__all__)
