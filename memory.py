"""How the C library hands out memory and returns it to the system; of other libraries than glibc nothing is changed."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
ARENAS = 2
MMAP_BYTES = 1024 * 1024
TRIM_BYTES = 1024 * 1024


def limit() -> None:
    """Keep the private memory of a process small.

    glibc gives threads pools of memory of their own, up to eight for each core, and rarely returns any. Two pools cost
    no time that can be measured and save a worker of 16 threads about 20 MB. By default glibc also raises both
    thresholds after the first large array is freed, up to 32 MB, so that later arrays stay in the pools for good.
    """
    options = ((_M_ARENA_MAX, ARENAS), (_M_MMAP_THRESHOLD, MMAP_BYTES), (_M_TRIM_THRESHOLD, TRIM_BYTES))
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, number in options:
            mallopt(option, number)


def trim() -> None:
    """Return to the system what is free now."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
