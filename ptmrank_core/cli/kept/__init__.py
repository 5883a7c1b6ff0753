"""Commands about what is kept on this machine: the feature cache, what lies beside the runs, its health."""

__all__: list[str] = []
