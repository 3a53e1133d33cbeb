"""The commands: what the dashboard does, without a screen and for scripts. Knows the provider."""
