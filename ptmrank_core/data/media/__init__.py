"""Decoding images, audio, video and text."""

__all__: list[str] = []
