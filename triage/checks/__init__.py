"""What is judged beside an export: compare, gate, verify, watch."""
