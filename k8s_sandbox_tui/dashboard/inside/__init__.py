"""Looking inside one sandbox: a summary, why it does not run, its Pod as YAML, its events, its log."""
