"""SPDY/3 as Kubernetes runs commands and forwards ports with it: bytes in, frames out, and back.

No socket here, and no other part. The local cluster serves it and the provider asks with it: both ends of one wire, and
neither may import the other.
"""
