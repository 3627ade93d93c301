"""Markdown: cut into pieces along its headings, read for its front matter, shown as safe HTML. Pure, no database."""
