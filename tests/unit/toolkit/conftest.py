"""Fixtures of the toolkit's tests."""

from toolkit_project import archive, fake_apt, pristine_tree, project

__all__ = ["archive", "fake_apt", "pristine_tree", "project"]
