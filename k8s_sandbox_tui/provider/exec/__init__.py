"""Commands in a sandbox: the exec protocol, the shell around a command, and the handle of a running one."""
