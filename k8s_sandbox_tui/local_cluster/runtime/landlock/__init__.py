"""Holds plain processes back where there are no namespaces: by Landlock, with a filter of system calls beside it."""
