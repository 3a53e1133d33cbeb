"""Jobs: commands that run on by themselves in a sandbox, found again from anywhere."""
