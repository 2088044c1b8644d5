"""Fetch logs from Cloud Logging into files: query, pages, journal, resume."""
