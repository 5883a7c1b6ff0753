"""The Embeddings section of the results."""
