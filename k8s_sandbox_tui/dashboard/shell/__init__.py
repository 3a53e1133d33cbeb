"""A shell in a sandbox that has the whole terminal while it lasts."""
