"""Files that survive a crash, locks that end with their process, and reading that Ctrl-C ends."""
