"""Where the dashboard is: which cluster, which namespaces, and how to get to others."""
