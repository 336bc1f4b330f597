"""Rules with programs do what rules with ordinary matches do, in random pipelines."""

from __future__ import annotations

import os

from oko_build.lab import Tools
from oko_build.pipelines.hunt import Hunt

# Fixed, so that a run that fails does so again.
SEED = 1
COUNT = int(os.environ.get("OKO_PIPELINES", "400"))


def test_random_pipelines_agree(tools: Tools) -> None:
    hunt = Hunt(tools, SEED)
    try:
        tally = hunt.search(range(COUNT))
    finally:
        hunt.close()
    assert not tally.disagreements, "\n".join(str(one) for one in tally.disagreements)
    # What is compared is not nothing.
    assert tally.agreed + tally.too_deep == COUNT
    assert tally.too_deep < COUNT // 20
    assert tally.outputs > COUNT
    assert tally.messages > COUNT // 10
