"""The URLs of a sandbox's ports: seeing, copying and opening them."""
