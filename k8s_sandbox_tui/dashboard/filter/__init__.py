"""The filter of the table: what can be typed, and which sandboxes it lets through. Pure."""
