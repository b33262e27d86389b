"""Other notations, lowered to the engine: sympy, numpy, torch-like code, LaTeX."""
