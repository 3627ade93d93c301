"""The MCP door of the ground floor: tools, resources and prompts for assistants, each one call of a verb or a query."""
