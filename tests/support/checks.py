"""What a check is, how long one waits for it, and what this machine can."""

import os
import sys
import time

SANITIZED = bool(os.environ.get("CLINT_SANITIZE"))  # memory marks mean nothing there, and everything is slower
THREAD_SANITIZED = os.environ.get("CLINT_SANITIZE") == "thread"  # which has a thread of its own in each program
FULL = os.environ.get("CLINT_FAULTS") == "full"  # the numbers of the fault table, not the smaller ones for CI
# The factor on every mark of time. Only where nothing else runs (make faults) are they those of the table: beside seven
# other tests a program waits for its turn, which says nothing of it.
SLACK = float(os.environ.get("CLINT_TEST_SLACK") or (5 if SANITIZED else 1 if FULL else 3))
# For a program that a signal ends in the midst of its threads, and at once: the sanitizer waits a second for the others.
LEAVES_THREADS = {"TSAN_OPTIONS": "report_thread_leaks=0:atexit_sleep_ms=0"}
LINUX = sys.platform.startswith("linux")
PATIENCE = 10 * SLACK  # for what is sure to come and has no mark of its own


class Failed(AssertionError):
    """A check did not hold."""


class Skip(Exception):
    """This machine cannot run the case; the text says why."""


def check(ok, what):
    if not ok:
        raise Failed(what)


def amount(full, small):
    """The fault table's number under `make faults`, a smaller one otherwise."""
    return full if FULL else small


def eventually(condition, what, timeout=None):
    """Waits until condition() is true; returns the seconds that took."""
    begin = time.monotonic()
    timeout = PATIENCE if timeout is None else timeout
    while not condition():
        check(time.monotonic() - begin < timeout, f"{what}: not within {timeout:.1f} s")
        time.sleep(0.02)
    return time.monotonic() - begin


def on_linux():
    if not LINUX:
        raise Skip("needs /proc and 127.0.0.0/8, as on Linux")
