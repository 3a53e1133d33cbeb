"""What the user has written down: the settings file, read once at the start and never written by the program."""
