"""Holds Pods to what they may use of the machine: by control groups where they can be had, else by watching."""
