"""Documents as Markdown, HTML, JSON, tables, diagrams and links."""
