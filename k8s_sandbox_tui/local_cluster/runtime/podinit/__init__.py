"""The supervisor inside a Pod: starts its processes, reaps them, and ends them all.

With bubblewrap it is PID 1 of the Pod's process namespace, run under `python -I -S` from a copy of this folder, as it
sees nothing else of the package there, nor the site packages; without, the zygote forks it and it is the Pod's child
sub-reaper. It therefore imports little, and of ours only what is in this folder, by relative names: an interpreter with
`signal` and `socket` in place of the C modules below them starts 9 ms later and is 1.3 MB larger.
"""
