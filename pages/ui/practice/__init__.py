"""The Predict page, and the editor of the exercises."""
