"""The REST door of the engineering floor. It parses, calls one verb or one named read, and answers."""
