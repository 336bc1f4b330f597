"""Command lines over the library: ``oko``, and ``python -m oko_py.ofctl``."""

from oko_py.cli.oko import main

__all__ = ["main"]
