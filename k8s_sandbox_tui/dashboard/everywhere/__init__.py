"""One command in many sandboxes: asked for, run a few at a time, and what came of it in each."""
