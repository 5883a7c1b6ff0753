"""The work on features after the forward pass: pieces are looked up, computed, and kept by content."""
