"""The engines that triage can read through, run for real."""
