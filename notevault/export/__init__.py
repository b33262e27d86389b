"""What a run leaves behind: a deck for Anki, Markdown, a report for a reader, a page with the topic graph."""
