"""The tasks, as Invoke's collections."""

from __future__ import annotations

from invoke.collection import Collection

from oko_build.tasks import benchmarks, building, containers, machine, programs, source, testing

__all__ = ["namespace"]

namespace = Collection()
for _task in (
    machine.demo,
    source.fetch,
    building.build,
    building.exec_,
    testing.test,
    testing.test_unit,
    testing.test_integration,
    testing.test_ovs,
    testing.test_pipelines,
    testing.lint,
    benchmarks.bench_bpf,
    machine.doctor,
    machine.clean,
    machine.root,
):
    namespace.add_task(_task)
namespace.add_collection(source.patches)
namespace.add_collection(programs.bpf)
namespace.add_collection(containers.docker)
