"""What the Learn and Practice pages teach with: forces, worked formulas, collapses, predictions,
exercises."""
