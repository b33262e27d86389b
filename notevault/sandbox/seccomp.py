"""The filter of system calls: a deny list, assembled by hand as a classic BPF program.

Classic BPF (linux/filter.h): an instruction is (code u16, jump if true u8, jump if false u8, constant u32). The
program reads `struct seccomp_data`: number at 0, architecture at 4, six 64-bit arguments from 16 on.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterator

from notevault.sandbox import linux
from notevault.sandbox.syscalls import architecture, number

_LOAD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_GREATER_EQUAL = 0x35
_JUMP_BITS = 0x45
_RETURN = 0x06

_KILL = 0x80000000
_ERRNO = 0x00050000
_ALLOW = 0x7FFF0000

_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_TIOCSTI = 0x5412
_TIOCLINUX = 0x541C
_MODE_FILTER = 2

PROCESSES = ("fork", "vfork", "execve", "execveat")
NETWORK = ("socket",)
OTHER_PROCESSES = (
    "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp",
    "setpriority", "ioprio_set", "sched_setscheduler", "sched_setparam", "sched_setattr", "move_pages", "migrate_pages",
    "shmget", "shmat", "semget", "msgget", "mq_open",
)  # fmt: skip
KERNEL = (
    "bpf", "perf_event_open", "add_key", "request_key", "keyctl", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "unshare",
    "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr", "mknod", "mknodat", "name_to_handle_at", "open_by_handle_at", "memfd_create",
    "memfd_secret", "personality", "syslog", "reboot", "swapon", "swapoff", "acct", "quotactl", "settimeofday",
    "clock_settime", "adjtimex", "clock_adjtime", "iopl", "ioperm", "modify_ldt", "vhangup", "fanotify_init",
    "inotify_init", "inotify_init1", "lookup_dcookie", "sethostname", "setdomainname",
)  # fmt: skip
METADATA = (
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat", "utime", "utimes",
    "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
    "setxattrat", "removexattrat", "file_setattr",
)  # fmt: skip
"""What Landlock does not cover: denied where the files outside are kept away by Landlock alone."""


def _instruction(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, constant)


def _refuse(code: int) -> bytes:
    return _instruction(_RETURN, _ERRNO | code)


def _argument(index: int) -> bytes:
    return _instruction(_LOAD, 16 + 8 * index)


def _rule(name: str, *body: bytes) -> Iterator[bytes]:
    """When the call is `name`, run `body`, which must end in a return; nothing where the machine has no such call."""
    index = number(name)
    if index is not None:
        yield _instruction(_JUMP_EQUAL, index, 0, len(body))
        yield from body


def _only(argument: int, *allowed: int) -> tuple[bytes, ...]:
    """Allow the call when its argument is one of `allowed`."""
    tests = [_instruction(_JUMP_EQUAL, value, len(allowed) - i) for i, value in enumerate(allowed)]
    return (_argument(argument), *tests, _refuse(errno.EPERM), _instruction(_RETURN, _ALLOW))


def program(own_pid: int, *, metadata: bool) -> bytes:
    """The filter for the process `own_pid`; `metadata` denies changes of modes, owners, times and attributes too."""
    machine = architecture()
    if machine is None:
        raise OSError("no table of system calls for this machine")
    lines = [
        _instruction(_LOAD, 4),
        _instruction(_JUMP_EQUAL, machine, 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, 0),
        _instruction(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1),
        _refuse(errno.ENOSYS),
    ]
    for name in PROCESSES + NETWORK + OTHER_PROCESSES + KERNEL + (METADATA if metadata else ()):
        lines += _rule(name, _refuse(errno.EPERM))
    # glibc falls back from clone3, whose flags lie in memory, to clone, whose flags can be seen here: threads only.
    lines += _rule("clone3", _refuse(errno.ENOSYS))
    threads = (
        _argument(0),
        _instruction(_JUMP_BITS, _CLONE_THREAD, 1, 0),
        _refuse(errno.EPERM),
        _instruction(_RETURN, _ALLOW),
    )
    lines += _rule("clone", *threads)
    lines += _rule("kill", *_only(0, own_pid))
    lines += _rule("tgkill", *_only(0, own_pid))
    lines += _rule("prlimit64", *_only(0, 0, own_pid))
    terminal = (
        _argument(1),
        _instruction(_JUMP_EQUAL, _TIOCSTI, 1, 0),
        _instruction(_JUMP_EQUAL, _TIOCLINUX, 0, 1),
        _refuse(errno.EPERM),
        _instruction(_RETURN, _ALLOW),
    )
    lines += _rule("ioctl", *terminal)
    lines.append(_instruction(_RETURN, _ALLOW))
    return b"".join(lines)


def install(filter_program: bytes) -> None:
    """Put the calling process under `filter_program`, for good."""
    memory = ctypes.create_string_buffer(filter_program, len(filter_program))
    header = struct.pack("@HxxxxxxP", len(filter_program) // 8, ctypes.addressof(memory))
    held = ctypes.create_string_buffer(header, len(header))
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.prctl(linux.PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(held))
