"""The same verbs as commands, with `-o json`."""
