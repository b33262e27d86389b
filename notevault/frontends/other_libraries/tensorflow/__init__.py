"""A small TensorFlow: tensors, variables, `GradientTape` and the mathematics of notes, on the engine."""
