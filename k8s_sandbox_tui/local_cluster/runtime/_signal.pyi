# What podinit uses of the C module below `signal`; typeshed has no stub for it.
from collections.abc import Callable

SIGHUP: int
SIGINT: int
SIGQUIT: int
SIGUSR1: int
SIGUSR2: int
SIGPIPE: int
SIGTERM: int
SIGCHLD: int
SIGXFSZ: int
SIGKILL: int
SIGWINCH: int

def signal(signalnum: int, handler: Callable[[int, object], None], /) -> object: ...
def set_wakeup_fd(fd: int, /, *, warn_on_full_buffer: bool = True) -> int: ...
