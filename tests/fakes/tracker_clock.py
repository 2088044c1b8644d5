"""A clock that only waits move."""


class TrackerClock:
    """Time in seconds; ``waits`` lists how long was slept."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        """Start at a time."""
        self.now = now
        self.waits: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.waits.append(seconds)
        self.now += seconds
