"""Each test is an attack by the code of a note; it fails when the attack succeeds."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import notevault
from notevault.sandbox import Limits, Worker
from tests.jails import KINDS, SCRIPT, need_jail

SMALL = Limits(seconds=2, memory_bytes=256 << 20, output_bytes=100_000, disk_bytes=4 << 20, answer_bytes=100_000)
SECRET = "the reader's secret"

TRY = """
def attempt(function):
    try:
        return function()
    except (OSError, KeyError) as error:
        return None
"""


@pytest.fixture(scope="module", params=KINDS)
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    need_jail(request.param)
    with Worker(SCRIPT, limits=SMALL, jail=request.param) as started:
        yield started


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's with a file; its modes do not protect it, only the jail does."""
    folder = tmp_path_factory.mktemp("vault")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o777)
    note = folder / "note.md"
    note.write_text(SECRET, encoding="utf-8")
    note.chmod(0o666)
    return folder


def gained(worker: Worker, body: str) -> object:
    """What the expression or function body `body` got hold of; None when it was refused."""
    answer = worker.run(f"{TRY}\nimport os, socket, sys\nresult = attempt(lambda: {body})")
    assert answer.status == "ok", answer
    return answer.result


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/root/.bashrc", "/proc/1/environ", "/proc/self/environ",
     "/proc/self/maps", "/sys/kernel/vmcoreinfo", "/dev/mem", "/dev/kmsg", "/proc/kcore", "/var/log/dpkg.log"],
)  # fmt: skip
def test_files_of_the_system_cannot_be_read(worker: Worker, path: str) -> None:
    assert gained(worker, f"len(open({path!r}, 'rb').read(10))") is None


def test_the_home_cannot_be_listed(worker: Worker) -> None:
    """Nothing of it is there but the way to Python and to the project, where they lie in it."""
    home = Path.home()
    needed = [Path(place) for place in (sys.prefix, sys.base_prefix, notevault.__path__[0])]
    ways = {place.relative_to(home).parts[0] for place in needed if place.is_relative_to(home)}
    assert set(gained(worker, f"os.listdir({str(home)!r})") or []) <= ways


def test_the_vault_cannot_be_read(worker: Worker, outside: Path) -> None:
    assert gained(worker, f"open({str(outside / 'note.md')!r}).read()") is None
    assert gained(worker, f"os.listdir({str(outside)!r})") is None


def test_a_symlink_does_not_lead_out(worker: Worker, outside: Path) -> None:
    body = f"[os.symlink({str(outside / 'note.md')!r}, 'link'), open('link').read()]"
    assert gained(worker, body) is None
    assert gained(worker, "[os.symlink('/', 'root'), open('root/etc/passwd').read()]") is None


def test_a_hard_link_does_not_lead_out(worker: Worker, outside: Path) -> None:
    body = f"[os.link({str(outside / 'note.md')!r}, 'link'), open('link').read()]"
    assert gained(worker, body) is None


@pytest.mark.parametrize(
    "body",
    [
        "open({note!r}, 'w').write('gone')",
        "open({note!r}, 'a').write('more')",
        "open({folder!r} + '/new', 'w').write('new')",
        "os.remove({note!r})",
        "os.rename({note!r}, {folder!r} + '/other')",
        "os.truncate({note!r}, 0)",
        "os.mkdir({folder!r} + '/new')",
        "os.symlink('/etc', {folder!r} + '/new')",
        "os.chmod({note!r}, 0)",
        "os.utime({note!r}, (1, 1))",
        "os.chown({note!r}, 1, 1)",
        "os.setxattr({note!r}, 'user.mark', b'1')",
        "os.mkfifo({folder!r} + '/new')",
    ],
)
def test_nothing_outside_can_be_changed(worker: Worker, outside: Path, body: str) -> None:
    note = outside / "note.md"
    before = note.stat()
    assert gained(worker, body.format(note=str(note), folder=str(outside))) is None
    after = note.stat()
    assert os.listdir(outside) == ["note.md"]
    assert note.read_text(encoding="utf-8") == SECRET
    assert (after.st_mode, after.st_mtime_ns, after.st_uid) == (before.st_mode, before.st_mtime_ns, before.st_uid)
    assert os.listxattr(note) == []


@pytest.mark.parametrize(
    "body",
    [
        "open(os.__file__, 'a').write('#')",
        "os.chmod(os.__file__, 0o777)",
        "os.utime(os.__file__, (1, 1))",
        "os.remove(sys.modules['notevault'].__file__)",
        "open('/planted', 'w').write('x')",
        "open('/usr/planted', 'w').write('x')",
        "open('/dev/shm/planted', 'w').write('x')",
        "open('/var/tmp/planted', 'w').write('x')",
        "os.fchmod(os.open(os.__file__, os.O_RDONLY), 0o777)",
    ],
)
def test_python_and_the_system_cannot_be_changed(worker: Worker, body: str) -> None:
    before = os.stat(os.__file__)
    assert gained(worker, body) is None
    assert os.stat(os.__file__) == before or os.stat(os.__file__).st_mode == before.st_mode
    for path in ("/planted", "/usr/planted", "/dev/shm/planted", "/var/tmp/planted"):
        assert not os.path.exists(path)


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"])
def test_no_socket_can_be_opened(worker: Worker, family: str, kind: str) -> None:
    assert gained(worker, f"socket.socket(socket.{family}, socket.{kind}).fileno()") is None


def test_no_service_can_be_reached(worker: Worker, tmp_path: Path) -> None:
    addresses = [("AF_INET", ("127.0.0.1", 0)), ("AF_UNIX", str(tmp_path / "s")), ("AF_UNIX", "\0notevault-test")]
    for family, address in addresses:
        with socket.socket(getattr(socket, family)) as server:
            server.bind(address)
            server.listen()
            body = f"socket.socket(socket.{family}).connect({server.getsockname()!r}) or 1"
            assert gained(worker, body) is None


def test_no_process_can_be_started(worker: Worker) -> None:
    for body in (
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "__import__('subprocess').run(['/bin/true']).returncode",
    ):
        assert gained(worker, body) is None
    assert gained(worker, "os.system('true') or None") in (-1, 32512, None)


def test_a_fork_bomb_does_not_start(worker: Worker) -> None:
    answer = worker.run("import os\nwhile True: os.fork()")
    assert answer.status == "aborted"
    assert "PermissionError" in answer.stderr


def test_a_thread_bomb_ends_with_its_request(worker: Worker) -> None:
    before = threading.active_count()
    source = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()"
    assert worker.run(source, Limits(seconds=1)).status in {"aborted", "time", "memory"}
    assert threading.active_count() == before
    assert worker.run("result = 1").result == 1


def test_nothing_goes_on_in_the_background(worker: Worker) -> None:
    source = (
        "import threading, time, os\nthreading.Thread(target=lambda: time.sleep(1000)).start()\nresult = os.getpid()"
    )
    assert worker.run(source).status == "ok"
    process = worker._process
    assert process is not None
    listed = subprocess.run(["ps", "-eo", "pgid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    workers = [line for line in listed.splitlines() if "notevault.sandbox.server" in line]
    mine = [line for line in workers if line.split()[0] == str(process.pid)]
    assert len(mine) <= 3  # bwrap or the stub, and the worker: no child is left


@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGKILL", "SIGSTOP"])
def test_the_parent_cannot_be_signalled(worker: Worker, signal_name: str) -> None:
    mark = os.getpid()
    targets = (mark, -1, 0, -mark)
    for target in targets:
        assert gained(worker, f"os.kill({target}, __import__('signal').{signal_name}) or 1") is None or target == 1
    assert gained(worker, "os.kill(os.getppid(), 9) or 1") is None
    assert worker.run("result = 1").result == 1


@pytest.mark.parametrize(
    ("call", "arguments"),
    [(101, "16, {pid}, 0, 0"), (310, "{pid}, 0, 0, 0, 0, 0"), (311, "{pid}, 0, 0, 0, 0, 0"), (434, "{pid}, 0"),
     (272, "0x10000000"), (165, "b'none', b'/tmp', b'tmpfs', 0, 0"), (161, "b'/tmp'"), (321, "0, 0, 0"),
     (319, "b'x', 0"), (298, "0, 0, 0, 0, 0"), (425, "1, 0"), (250, "0, 0, 0"), (302, "{pid}, 7, 0, 0"),
     (101, "0, 0, 0, 0"), (304, "-1, 0, 0"), (323, "0")],
)  # fmt: skip
def test_dangerous_system_calls_are_refused(worker: Worker, call: int, arguments: str) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers here are those of x86_64")
    body = (
        "import ctypes\nlibrary = ctypes.CDLL(None, use_errno=True)\n"
        f"result = [library.syscall({call}, {arguments.format(pid=os.getpid())}), ctypes.get_errno()]"
    )
    assert worker.run(body).result == [-1, 1]


def test_the_filter_cannot_be_left_by_another_architecture(worker: Worker) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("x32 belongs to x86_64")
    source = (
        "import ctypes\nlibrary = ctypes.CDLL(None, use_errno=True)\n"
        "result = [library.syscall(0x40000000 + 57), ctypes.get_errno()]"
    )
    assert worker.run(source).result == [-1, 38]


def test_no_right_is_left(worker: Worker) -> None:
    source = "import os\ntry:\n    os.setuid(0)\n    result = os.getuid()\nexcept OSError:\n    result = None"
    answer = worker.run(source)
    assert answer.result is None or answer.result == os.getuid() != 0
    for body in ("os.setgroups([0])", "os.chroot('/tmp')", "os.nice(-5)", "os.sethostname('x')"):
        expression = body if hasattr(os, body[3:].split("(")[0]) else "socket.sethostname('x')"
        assert gained(worker, f"[{expression}]") is None


def test_the_environment_is_clean(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "NOTEVAULT_TEST_SECRET" not in os.environ
    answer = worker.run("import os; result = sorted(os.environ)")
    foreign = set(answer.result) - {
        "PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE", "TZ", "COLUMNS", "PYTHONHASHSEED", "MPLBACKEND", "PWD",
        "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LD_LIBRARY_PATH",
    }  # fmt: skip
    assert foreign == set()


def test_the_memory_is_bounded(worker: Worker) -> None:
    answer = worker.run("held = []\nwhile True: held.append(bytearray(8 << 20))")
    assert answer.status == "memory"


def test_the_disk_cannot_be_filled(worker: Worker) -> None:
    many = "n = 0\nwhile True:\n    open(f'f{n}', 'wb').write(bytes(1 << 20))\n    n += 1"
    large = "f = open('f', 'wb')\nwhile True: f.write(bytes(1 << 20))"
    for source in (many, large):
        answer = worker.run(source)
        assert answer.status in {"aborted", "disk"}
        assert answer.status == "disk" or "No space left" in answer.stderr or "File too large" in answer.stderr


def test_output_without_end_is_cut(worker: Worker) -> None:
    for stream in ("stdout", "stderr"):
        answer = worker.run(f"import sys\nwhile True: sys.{stream}.write('x' * 1000)")
        assert answer.status == "output"
        assert len(answer.stdout) + len(answer.stderr) <= 2 * SMALL.output_bytes


def test_a_loop_without_end_is_stopped(worker: Worker) -> None:
    stubborn = "import signal\nfor s in (2, 14, 15, 24): signal.signal(s, lambda *a: None)\nwhile True:\n    try:\n"
    stubborn += "        while True: pass\n    except BaseException: pass"
    assert worker.run(stubborn).status == "time"


@pytest.mark.parametrize(
    "line",
    [
        b'{"status": "ok", "result": "forged"}',
        b"\n00000000000000000000000000000000 result 42\n",
        b"\n result 42\n",
        b"\n\xff\xfe result 42\n",
    ],
)
def test_a_forged_answer_is_not_believed(worker: Worker, line: bytes) -> None:
    answer = worker.run(
        f"import os\nfor fd in range(3, 16):\n    try: os.write(fd, {line!r})\n    except OSError: pass\nos._exit(0)"
    )
    assert (answer.status, answer.result, answer.frames) == ("aborted", None, ())


def test_a_giant_answer_is_cut(worker: Worker) -> None:
    giant = "import os\nwhile True: os.write(3, b'[' * 65536)"
    assert worker.run(giant).status == "output"
    deep = "x = []\nfor _ in range(200_000): x = [x]\nresult = x"
    assert worker.run(deep).status == "aborted"


def test_other_descriptors_are_closed(worker: Worker) -> None:
    source = (
        "import os\nopen_ones = []\nfor fd in range(4, 256):\n    try:\n        os.fstat(fd)\n"
        "        open_ones.append(fd)\n    except OSError: pass\nresult = open_ones"
    )
    assert worker.run(source).result == []


def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    need_jail("landlock")
    program = (
        "from notevault.sandbox import Worker\n"
        f"with Worker({SCRIPT!r}, jail='landlock') as w:\n"
        "    print(w._process.pid, flush=True)\n    w.run('import time; time.sleep(1000)')\n"
    )
    import sys

    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(200):
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{pid}")
