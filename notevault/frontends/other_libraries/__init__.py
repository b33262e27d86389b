"""Smaller libraries of derivatives as notes use them, each a thin vocabulary over the engine."""
