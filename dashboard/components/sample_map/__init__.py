"""The map of samples: what the browser draws (browser/), and how a page brings it there."""
