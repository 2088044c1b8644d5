"""Release decisions after a diagnosis: compare, gate and watch."""
