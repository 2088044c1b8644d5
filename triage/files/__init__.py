"""Files that survive a crash, and locks that end with their process."""
