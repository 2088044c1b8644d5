"""Cloud Logging -> files of LogEntry lines: query, window, pages, journal, resume."""
