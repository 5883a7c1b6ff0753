"""The judge of the order and of the prediction: sets of real models, rows of orders, and their verdicts."""
