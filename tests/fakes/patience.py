"""How long tests wait and hang, named once.

No test judges how fast something is: a machine may be busy with many other processes. That nothing was waited for is
shown by what happened, such as a call that the test still holds when the answer is there. Where only the clock can
show it, the fault hangs for HANG_SECONDS, and whoever does not wait for it is done within PROMPT_SECONDS.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 60.0  # for what must happen in the background: only a test that fails waits so long
HANG_SECONDS = 60.0  # how long a fault lasts that must not be waited for
PROMPT_SECONDS = 10.0  # far longer than a busy machine needs for what waits for nothing, far shorter than a fault lasts


def eventually(condition: Callable[[], object]) -> bool:
    """Whether it became true before our patience ended."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not (is_true := bool(condition())) and time.monotonic() < ends:
        time.sleep(0.005)
    return is_true


@contextmanager
def promptly() -> Iterator[None]:
    """What happens in the block waits for nothing that hangs."""
    start_seconds = time.monotonic()
    yield
    seconds = time.monotonic() - start_seconds
    assert seconds < PROMPT_SECONDS, f"took {seconds:.1f} s: it waited for what hangs"
