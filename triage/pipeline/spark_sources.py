"""Names of exports that Spark reads."""


class OnSpark(tuple[str, ...]):
    """Names of exports that Spark's executors read; usable wherever names are."""

    __slots__ = ()
