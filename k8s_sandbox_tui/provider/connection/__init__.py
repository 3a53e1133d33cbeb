"""The way to a cluster: kubeconfig, credentials, TLS, and one pool of connections.

The official `kubernetes` client is not used on this path. Importing it costs 0.3-0.6 s, its
kubeconfig loader differs from kubectl in cases that matter here (several files in `$KUBECONFIG`,
credential plugins that print to the terminal or fail, `tokenFile`, impersonation, client keys left
in /tmp), and its OIDC refresh turns certificate checks off where the kubeconfig names no authority.
"""
