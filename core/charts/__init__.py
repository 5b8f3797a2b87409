"""Charts: arrays and dataclasses in, Altair charts or Vega-Lite specifications out."""
