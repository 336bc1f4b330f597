"""What ``invoke`` finds: the toolkit's tasks, from ``oko_build.tasks``."""

from oko_build.tasks import namespace

__all__ = ["namespace"]
