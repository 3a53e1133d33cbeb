"""Ports of sandboxes on this machine, for as long as the dashboard runs."""
