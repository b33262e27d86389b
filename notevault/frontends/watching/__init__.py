"""Observers: what watches the blocks of a note while they run in the jail, one file a notation."""
