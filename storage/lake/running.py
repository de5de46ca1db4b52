"""Working through buckets in several processes, each bucket by one of them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from storage.lake.layout import BucketFiles

R = TypeVar("R")
#: Parameters of glibc's ``mallopt`` (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT = 1 << 30


def over_buckets(
    task: Callable[[BucketFiles], R], files: Sequence[BucketFiles], processes: int
) -> list[R]:
    """Return what ``task`` says of each bucket, in the order of ``files``.

    Processes are spawned, so ``task`` and its answers must be picklable; nothing of the
    parent is inherited. The first error ends the run and is raised here.
    """
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=keep_memory
    ) as pool:
        return list(pool.map(task, files))


def keep_memory() -> None:
    """Ask the C library to keep freed memory; without glibc nothing happens.

    The kernel makes and drops arrays of some megabytes all the time. By default each is
    given back to the system and fetched again page by page, which was a quarter of the time.
    """
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:
        return
    libc.mallopt(_MMAP_THRESHOLD, _KEPT)
    libc.mallopt(_TRIM_THRESHOLD, _KEPT)
