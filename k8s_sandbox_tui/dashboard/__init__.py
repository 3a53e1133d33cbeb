"""The Textual dashboard over the provider."""
