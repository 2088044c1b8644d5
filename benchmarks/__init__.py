"""What `make bench` runs: triage beside what people use today, on logs written for it."""
