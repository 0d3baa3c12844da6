"""Charts as Vega-Altair values, and the one place that draws them."""
