"""The jobs of a sandbox: commands that go on by themselves."""
