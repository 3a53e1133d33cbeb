"""The console: commands run in sandboxes, each shown as a card with its output and its end."""
