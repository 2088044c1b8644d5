"""What is judged after a diagnosis."""
