"""Components shared by pages: the canvas, heatmaps, cards of images, text and numbers."""
