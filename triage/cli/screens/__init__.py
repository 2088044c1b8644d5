"""What a person sees: documents laid out for a terminal, readable at 80 columns and without colour."""
