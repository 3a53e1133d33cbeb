"""The cluster's state in memory: objects, versions, history, selectors."""
