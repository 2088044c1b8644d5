"""Log text made safe to match and to show."""
