"""What is studied: cards and exercises, with where each came from."""
