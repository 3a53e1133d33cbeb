"""pods/portforward: TCP connections to a Pod, in both forms in which clients ask for them."""
