"""Runs Pods on this machine: a supervised process tree for each, isolated as well as the machine allows."""
