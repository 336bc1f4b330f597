"""``python -m oko_py.ofctl``."""

import sys

from oko_py.cli.ofctl import main

if __name__ == "__main__":
    sys.exit(main())
