"""Failures on demand, for tests and demos: by annotations of a Pod, or by rules that its owner gives the server."""
