"""`python -m notevault`."""

from notevault.cli import main

main()
