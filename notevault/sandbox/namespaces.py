"""A jail of our own namespaces: an empty network, a read-only root, a private scratch folder, no other process.

The worker enters once: it leaves the user, mount, network, IPC and host-name namespaces, and makes a root that shows
only the view. Each request then gets a process namespace and a mount namespace of its own, with an empty scratch.
There is no /proc inside: nothing needs it, and in containers it cannot be mounted.
"""

from __future__ import annotations

import os
import re
import sys

from notevault.sandbox import linux
from notevault.sandbox.limits import Limits
from notevault.sandbox.view import DEVICES, SCRATCH, View

_SHARED = linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
_BASES = ("/mnt", "/run", "/tmp")  # noqa: S108  (a place to mount the new root on, in a private namespace)
_OLD_ROOT = "/.old"
_OCTAL = re.compile(r"\\([0-7]{3})")  # how mountinfo writes a space, a tab, a line break and a backslash

_own_processes: int | None = None
"""The process namespace of the worker, to come back to before each request."""


def detach() -> None:
    """Leave the namespaces of the host. Raises OSError where the kernel does not allow it.

    Afterwards the caller is the first process of its own process namespace; a stub stays behind and ends with it.
    """
    uid, gid = os.getuid(), os.getgid()
    try:
        if uid != 0:
            raise PermissionError
        linux.unshare(_SHARED | linux.CLONE_NEWPID)
    except PermissionError:
        linux.unshare(_SHARED | linux.CLONE_NEWPID | linux.CLONE_NEWUSER)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    linux.prctl(linux.PR_SET_PDEATHSIG, 9)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def build(view: View) -> None:
    """Replace the root of the file system by one that shows only `view`, read-only."""
    global _own_processes  # noqa: PLW0603
    _own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    # Opened before the new root is mounted: it may hide a path of the view that lies below its place.
    sources = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in (*view.readable, *DEVICES)}
    root = next(path for path in _BASES if os.path.isdir(path))
    linux.mount("tmpfs", root, "tmpfs", linux.MS_NOSUID, "size=1m,nr_inodes=4096,mode=755")
    for path, target in view.links.items():
        os.symlink(target, root + path)
    for path, fd in sources.items():
        _bind(fd, root + path)
        os.close(fd)
    _make_read_only(root)
    for path in (SCRATCH, _OLD_ROOT):
        os.makedirs(root + path, exist_ok=True)
    os.chdir(root)
    linux.pivot_root(root, root + _OLD_ROOT)
    os.chdir("/")
    linux.unmount(_OLD_ROOT)
    os.rmdir(_OLD_ROOT)
    linux.mount("none", "/", flags=linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID)


def _bind(source: int, target: str) -> None:
    handle = f"/proc/self/fd/{source}"
    if os.path.isdir(handle):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC))
    linux.mount(handle, target, flags=linux.MS_BIND | linux.MS_REC)


def _mounted_on(root: str) -> list[str]:
    """The mount points of the tree that was mounted last at `root`, as /proc/self/mountinfo lists them."""
    tree: set[str] = set()
    points = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        mounts = [line.split()[:5] for line in table]
    newest = max((mount for mount in mounts if mount[4] == root), key=lambda mount: int(mount[0]))
    tree.add(newest[0])
    for identity, parent, _device, _source, point in mounts:  # a mount is listed after the one it stands on
        if parent in tree:
            tree.add(identity)
            points.append(_OCTAL.sub(lambda match: chr(int(match[1], 8)), point))
    return points


def _make_read_only(root: str) -> None:
    """Remount read-only all that is mounted below `root`; flags that the host has locked are kept as they are."""
    for point in _mounted_on(root):
        locked = os.statvfs(point).f_flag & linux.MS_NOEXEC
        device = 0 if point.startswith(f"{root}/dev/") else linux.MS_NODEV
        flags = linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | device | locked
        linux.mount("none", point, flags=flags)


def before_fork() -> None:
    """Make the next child the first process of a new process namespace."""
    if _own_processes is None:
        sys.exit("before_fork: the jail was not built")
    linux.setns(_own_processes, linux.CLONE_NEWPID)
    linux.unshare(linux.CLONE_NEWPID)


def isolate(limits: Limits, _scratch: str) -> str:
    """In the child: an empty scratch folder that nobody else sees; gives its path."""
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
    options = f"size={limits.disk_bytes},nr_inodes=4096,mode=777"
    linux.mount("tmpfs", SCRATCH, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC, options)
    return SCRATCH
