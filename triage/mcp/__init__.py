"""The MCP server: the tools of triage for agents, over stdin and stdout.

It speaks the Model Context Protocol of 2026-07-28 by the official SDK (extra ``mcp``), and older versions
with clients that know only those. No call depends on an earlier one.
"""
