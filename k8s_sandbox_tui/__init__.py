"""Sandboxes on Kubernetes: provider, dashboard, commands and a local cluster."""
