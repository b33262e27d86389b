"""One note: from its text to frozen values with exact spans."""
