"""The project's own questions and conversations, with what answers them: see README.md."""
