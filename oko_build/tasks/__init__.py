"""The tasks, as Invoke's collections."""

from __future__ import annotations

from invoke.collection import Collection

from oko_build.tasks import building, source

__all__ = ["namespace"]

namespace = Collection()
namespace.configure({"run": {"echo": True}})
for _task in (source.fetch, building.build, building.exec_):
    namespace.add_task(_task)
namespace.add_collection(source.patches)
