"""Decides what runs, dashboard or command, and on which cluster. The one part that knows all others."""
