"""Rules over notes: code blocks run and judged, gradients and equations checked, repairs proposed."""
