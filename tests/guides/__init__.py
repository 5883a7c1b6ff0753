"""The guides for engineers, followed step by step."""
