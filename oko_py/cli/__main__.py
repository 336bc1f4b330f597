"""``python -m oko_py.cli``: the ``oko`` command."""

import sys

from oko_py.cli.oko import main

if __name__ == "__main__":
    sys.exit(main())
