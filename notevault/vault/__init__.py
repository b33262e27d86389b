"""Many notes: the walk over a folder and the resolution of links."""
