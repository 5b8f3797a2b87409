"""The content of the Learn and Practice pages: forces, worked examples, collapses, predictions, exercises."""
