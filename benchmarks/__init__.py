"""Benchmarks: triage beside other tools, on generated logs (`make bench`)."""
