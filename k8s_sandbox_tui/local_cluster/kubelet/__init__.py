"""The life of a Pod: scheduled, started, watched over, ended."""
