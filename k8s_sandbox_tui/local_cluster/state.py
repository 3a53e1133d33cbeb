"""The local cluster's folder on this machine: where things are, and how they are written."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

ENVIRONMENT = "K8S_SANDBOX_TUI_STATE"


class ServerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a running server says of itself, for those who did not start it."""

    pid: int
    started: str
    """When the process began, as the system tells it; with the pid it names the process for good."""
    port: int
    isolation: str
    limits: str
    network: str
    warning: str


class StateFolder:
    """The paths in the folder. Nothing is read or made by naming them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kubeconfig = root / "kubeconfig"
        self.token = root / "token"
        self.identities = root / "identities.json"
        self.tls = root / "tls"
        self.pods = root / "pods"
        self.record = root / "server.json"
        self.log = root / "server.log"
        self.crash_log = root / "server.err"
        self.versions = root / "resource-version"
        self.consent = root / "plain-processes-allowed"
        self.start_lock = root / "start.lock"
        self.server_lock = root / "server.lock"

    def make(self) -> None:
        """Makes the folder, for its owner alone."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)

    def drop_cut_off(self) -> None:
        """Deletes what a server that was killed had only begun to write; for the one that holds the server's lock."""
        for path in (self.kubeconfig, self.token, self.record):
            for left in self.root.glob(f".{path.name}.*"):
                left.unlink(missing_ok=True)

    def read_record(self) -> ServerRecord | None:
        """What the last server said of itself; None when there was none, or it was cut off while writing."""
        try:
            return msgspec.json.decode(self.record.read_bytes(), type=ServerRecord)
        except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
            return None


def state_folder() -> StateFolder:
    """The folder that the environment names, else the user's own."""
    named = os.environ.get(ENVIRONMENT, "")
    if named:
        return StateFolder(Path(named).expanduser().absolute())
    from platformdirs import user_state_path

    return StateFolder(user_state_path("k8s-sandbox-tui") / "local-cluster")
