"""The calls of the Linux C library that Python does not offer: namespaces, mounts, capabilities, prctl."""

from __future__ import annotations

import ctypes
import os
import struct

from notevault.sandbox.syscalls import number

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38

CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def system_call(name: str, *arguments: object) -> int:
    """Make the system call `name`; raises OSError where it fails or does not exist on this machine."""
    index = number(name)
    if index is None:
        raise OSError(f"{name}: unknown on this machine")
    return _checked(int(_library().syscall(ctypes.c_long(index), *arguments)), name)


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` names for new, empty ones."""
    _checked(_library().unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enter the namespace that `fd` stands for."""
    _checked(_library().setns(fd, kind), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    result = _library().mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    _checked(result, f"mount {target}")


def pivot_root(new_root: str, old_root: str) -> None:
    """Make `new_root` the root, and put the old one at `old_root`."""
    system_call("pivot_root", new_root.encode(), old_root.encode())


def unmount(target: str) -> None:
    """Detach the tree of mounts at `target`."""
    _checked(_library().umount2(target.encode(), MNT_DETACH), f"umount {target}")


def prctl(option: int, *arguments: int) -> None:
    """prctl(2) with up to four numbers."""
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    _checked(_library().prctl(option, *padded), f"prctl {option}")


def keep_only(capability: int | None) -> None:
    """Drop every capability of the process but `capability`, also for what it might start."""
    for index in range(64):
        try:
            prctl(PR_CAPBSET_DROP, index)
        except OSError:
            break  # EINVAL past the last capability of this kernel; EPERM where there is none to drop from
    kept = 0 if capability is None else 1 << capability
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    system_call("capset", ctypes.c_char_p(header), ctypes.c_char_p(struct.pack("=6I", kept, kept, 0, 0, 0, 0)))
