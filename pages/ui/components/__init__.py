"""What pages draw with: the canvas, heatmaps, cards of images, text and numbers."""
