"""The table of sandboxes: a widget over the store, and the pure parts that lay it out."""
