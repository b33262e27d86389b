"""Notes that are checked: verdicts on code and mathematics, cards and exercises, in an order of study."""

__version__ = "0.1.0"
