"""The provider core: sandboxes on Kubernetes, for scripts. Knows no screen."""
