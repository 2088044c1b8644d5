"""Screens: documents laid out for terminals of 80 columns, without color."""
