"""The samples that come with the product."""

__all__: list[str] = []
