"""The API server: HTTP in, Kubernetes answers out."""
