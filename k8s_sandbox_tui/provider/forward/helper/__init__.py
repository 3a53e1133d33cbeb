"""Many connections over one exec: a small program in the sandbox makes them, and both sides frame what they carry."""
