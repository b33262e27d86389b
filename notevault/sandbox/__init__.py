"""Running untrusted code and getting an honest answer back; standard library only.

`probe()` finds the jail that holds on this machine. A `Worker` starts one process that enters the jail (`server`,
`jails`, `namespaces`, `view`) and preloads modules, then forks a child per request (`child`) that puts rlimits,
Landlock and a filter of system calls on itself (`limits`, `landlock`, `seccomp`, over `linux` and `syscalls`), runs
the entry, and answers in lines that carry a nonce (`frames`), watched from outside (`supervise`).
"""

from notevault.sandbox.limits import Limits
from notevault.sandbox.probing import JailReport, NoJailError, probe
from notevault.sandbox.worker import Answer, Worker, WorkerError

__all__ = ["Answer", "JailReport", "Limits", "NoJailError", "Worker", "WorkerError", "probe"]
