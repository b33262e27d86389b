"""LaTeX formulas: read by a parser that knows the note's names, and judged where they state a derivative."""
