"""Files in a sandbox: read, write, list, move, transfer and keep in step, with what every image has."""
