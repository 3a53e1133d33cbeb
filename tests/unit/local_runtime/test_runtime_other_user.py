"""The runtime for a user without root's rights, where the tests themselves run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

NOBODY = 65534
_ROOT = Path(__file__).parents[3]
_FILES = ("crash", "isolation", "choice", "landlock", "network")
# What these show is the same for every user, and they take the longest.
_BUT = "not pip and not the_filter_lets_through"
# The others take longer to load than the tests take, and the suite's own configuration needs these.
_PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "xdist.plugin")


def _run(python: str, arguments: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    packages = [path for path in sys.path if path.endswith("-packages")]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": os.pathsep.join(packages),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [python, *arguments],
        cwd=_ROOT,
        env=environment,
        user=NOBODY,
        group=NOBODY,
        extra_groups=(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _interpreter(home: Path) -> str:
    """A Python that this user can run, with all that the tests import; a root's own may be in a closed folder."""
    why = ""
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        try:
            done = _run(candidate, ["-c", "import msgspec, pytest, pytest_asyncio, k8s_sandbox_tui, tests"], home)
        except OSError as error:
            why = str(error)
            continue
        if done.returncode == 0:
            return candidate
        why = done.stderr
    pytest.skip(f"no other user can run Python and read this folder: {why.strip()[-200:]}")


@pytest.mark.skipif(os.geteuid() != 0, reason="all these tests run without root's rights")
def test_it_is_as_good_for_a_user_without_roots_rights() -> None:
    home = Path(tempfile.mkdtemp(prefix="sbx-", dir="/var/tmp"))
    os.chown(home, NOBODY, NOBODY)
    try:
        python = _interpreter(home)
        files = [f"tests/unit/local_runtime/test_runtime_{name}.py" for name in _FILES]
        plugins = [word for name in ("no:cacheprovider", *_PLUGINS) for word in ("-p", name)]
        done = _run(python, ["-m", "pytest", "-q", *plugins, "-k", _BUT, *files], home)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
        summary = done.stdout.strip().splitlines()[-1]
        assert "passed" in summary
    finally:
        shutil.rmtree(home, ignore_errors=True)
