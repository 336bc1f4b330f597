#!/bin/bash
# Checks the patches, lints, and runs all tests; the tests come last, so that their sum is the last
# line.  A check that fails does not keep the tests from running, but does fail the whole.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
mkdir -p build

./inv doctor --install --optional >build/doctor.log 2>&1 || {
    cat build/doctor.log
    exit 1
}

# The newest of the compilers whose objects are tested.
.venv/bin/python -m pip install --disable-pip-version-check -e '.[compilers]' \
    >build/compilers.log 2>&1 || {
    tail -n 20 build/compilers.log
    exit 1
}

run() {
    echo "== ./inv $*"
    if ./inv "$@"; then
        return 0
    fi
    echo "FAILED: ./inv $*"
    status=1
}

run patches.check
run lint
# Nothing is printed after the tests: their sum is the last line.
./inv test || status=1
exit "$status"
