"""A diagnosis as text for people and machines: Markdown, JSON, tables, diagrams, links."""
