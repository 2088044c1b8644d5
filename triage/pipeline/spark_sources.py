"""Exports that Spark reads."""


class OnSpark(tuple[str, ...]):
    """Names of exports that are read by Spark's executors, not by this process. It may stand wherever the names may."""

    __slots__ = ()
