"""The MCP door of the engineering floor: entities, relationships, conflicts and the queries of the catalogue."""
