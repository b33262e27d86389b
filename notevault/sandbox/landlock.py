"""Landlock: the kernel's own limit on which files a process may open (Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from notevault.sandbox import linux

_CREATE_VERSION = 1
_RULE_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_READ = _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

# ABI: how many access rights it knows (include/uapi/linux/landlock.h)
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_RIGHTS = 16
TRUNCATE_ABI = 3
_NET_ABI = 4
_SCOPE_ABI = 6


def abi() -> int:
    """The version of Landlock that this kernel has, 0 for none."""
    try:
        return linux.system_call("landlock_create_ruleset", None, ctypes.c_size_t(0), _CREATE_VERSION)
    except OSError:
        return 0


def _ruleset(version: int, rights: int) -> int:
    network = 3 if version >= _NET_ABI else 0
    scope = 3 if version >= _SCOPE_ABI else 0
    size = 24 if version >= _SCOPE_ABI else 16 if version >= _NET_ABI else 8
    attributes = struct.pack("=QQQ", rights, network, scope)[:size]
    return linux.system_call("landlock_create_ruleset", ctypes.c_char_p(attributes), ctypes.c_size_t(size), 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, fd)
        linux.system_call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(fd)


def restrict(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> int:
    """From now on the process reads only below `readable` and writes only below `writable`.

    Gives the version of Landlock that holds it to that, 0 for none.
    """
    version = abi()
    if version < 1:
        return 0
    rights = (1 << _RIGHTS.get(version, _ALL_RIGHTS)) - 1
    ruleset = _ruleset(version, rights)
    try:
        for paths, granted in ((readable, _READ | _EXECUTE), (writable, rights), (devices, _READ_FILE | _WRITE_FILE)):
            for path in paths:
                if os.path.exists(path):
                    _allow(ruleset, path, granted & rights)
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.system_call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)
    return version
