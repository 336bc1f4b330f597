"""The toolkit: fetches, patches, builds and tests Open vSwitch with Oko.

``tasks.py`` at the root offers what is here as Invoke tasks; nothing in this package but
``oko_build.tasks`` and ``oko_build.__main__`` knows Invoke.
"""
