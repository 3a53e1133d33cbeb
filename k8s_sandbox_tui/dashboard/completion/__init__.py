"""Completion of paths in a sandbox: the word under the cursor, the names that fit it, and the list to choose from."""
