"""Ports of a sandbox on this machine: a listener here, a connection there for each that comes, and no kubectl."""
