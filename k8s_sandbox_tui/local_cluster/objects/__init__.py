"""Kubernetes objects as typed values: their fields, defaults and validation. Pure."""
