"""Cards from notes: rules propose, gates dispose, every rejection has its reason."""

from notevault.study.cards.make import make_cards

__all__ = ["make_cards"]
