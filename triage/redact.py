"""Secrets and personal data masked where text leaves."""
