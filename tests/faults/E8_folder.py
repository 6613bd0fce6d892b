#!/usr/bin/env python3
"""Row E8 of the fault table: folders that cannot be used are named, and what is made is for its user alone."""

import os
import stat
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from chat import Clint, Host, Skip, case, check, run, scratch
from stored import small_disk

DISK = small_disk(1, read_only=True)


def refused(path, why):
    host = Host("--data", path, wait=False)
    host.expect_exit(1)
    first = host.err.lines()[0]
    check(str(path) in first and why in first, f"the host said {host.err.text()!r}")
    check(host.err.lines()[1].startswith("host: hint: "), "it does not say how to go on")


@case("a file, a folder in a missing one, one that others may write to: refused with its name and a reason")
def unusable():
    path = scratch("file")
    path.write_text("hello")
    refused(path, "no folder")
    check(path.read_text() == "hello", "the file was changed")
    refused(scratch("missing") / "den", "No such file")
    open_to_all = scratch("open")
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    refused(open_to_all, "others may write")
    link = scratch("linked")
    link.mkdir(mode=0o700)
    (link / "lock").symlink_to("/dev/null")
    refused(link, "cannot write")


@case("a folder of somebody else, or one that is read-only")
def not_ours():
    foreign = scratch("foreign")
    foreign.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(foreign, 65534, 65534)
        refused(foreign, "belongs to another user")
        if DISK is None:
            raise Skip("no tmpfs can be mounted here")
        refused(DISK, "Read-only file system")
    else:
        foreign.chmod(0o500)
        refused(foreign, "cannot write")


@case("under umask 000 the folder is 0700 and every file in it 0600; what was left open is closed")
def modes():
    den = scratch("den")
    before = os.umask(0)
    host = Host("--data", den)
    os.umask(before)
    clint = Clint(host, "--name", "alice")
    clint.send("secret")
    clint.close_input()
    clint.expect_exit(0)

    def check_modes():
        check(stat.S_IMODE(den.stat().st_mode) == 0o700, f"{den}: {den.stat().st_mode:o}")
        for path in den.iterdir():
            check(stat.S_IMODE(path.stat().st_mode) == 0o600, f"{path.name}: {path.stat().st_mode:o}")
        return {path.name for path in den.iterdir()}

    lasting = {"audit.log", "chat.db", "history.on", "lock"}
    check(check_modes() == lasting | {"chat.db-wal", "chat.db-shm"}, f"files: {check_modes()}")
    host.stop()
    check(check_modes() == lasting, f"files after a clean stop: {check_modes()}")
    (den / "chat.db").chmod(0o644)
    host = Host("--data", den)
    check_modes()
    host.stop()


run()
