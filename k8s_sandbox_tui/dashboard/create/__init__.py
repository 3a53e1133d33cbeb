"""Creating a sandbox from the dashboard: the form, its rules, and the progress to Running."""
