"""`python -m orthoplex.reload ARGUMENTS`: `orthoplex ARGUMENTS` in a forked child; SIGHUP replaces the child.

For development only. The parent keeps PyTorch and the other packages imported, which takes seconds; a child imports
only this package's modules, in their current state. The parent computes nothing, because a fork does not copy threads.
Signals that end the runner are sent to the process group. The parent forwards none of them: a second SIGTERM would
shorten the shutdown.
"""

import contextlib
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Callable

PACKAGE = "orthoplex"
SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


def preload(module: str) -> None:
    """Import what `module` needs from other packages. An error in this package is for the child to report."""
    try:
        importlib.import_module(module)
    except Exception:
        traceback.print_exc()
    unload_package()


def unload_package() -> None:
    """Make the next import of this package read its files again."""
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    importlib.invalidate_caches()


def supervise(start: Callable[[], int]) -> int:
    """Run `start` in a child until SIGTERM, SIGINT or its clean end; the exit code. After a crash, wait for SIGHUP.

    SIGNALS must be blocked already, so that none is lost between two waits.
    """
    child = _fork(start)
    while True:
        number = signal.sigwait(SIGNALS)
        if number == signal.SIGHUP:
            # The old child gives back its leases while the new one starts: to the edge they are two runners.
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
            child = _fork(start)
        elif number == signal.SIGCHLD:
            code = _reap().get(child)
            if code == 0:
                return 0
            if code is not None:
                sys.stderr.write(f"The runner ended with code {code}. The next change starts it again.\n")
                sys.stderr.flush()
        else:
            with contextlib.suppress(ChildProcessError):
                return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            return 0


def _fork(start: Callable[[], int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        code = start()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        # Not sys.exit: the parent's frames are below this one.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _reap() -> dict[int, int]:
    """Exit codes of the children that have ended; several may share one SIGCHLD."""
    codes: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            codes[ended[0]] = os.waitstatus_to_exitcode(ended[1])
    return codes


def _start() -> int:
    from orthoplex.cli import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    preload("orthoplex.runner.service")
    raise SystemExit(supervise(_start))
