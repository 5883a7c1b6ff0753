"""Texts in many encodings."""
