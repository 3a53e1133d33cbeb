"""A small Kubernetes API server and runtime on this machine."""
