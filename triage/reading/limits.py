"""How much of an export is taken in at once."""

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """What reading stops at, each told as a Gap when it is reached. Sizes are in bytes.

    ``record`` is the longest record: Cloud Logging's entries have at most 256 KiB, audit entries 512 KiB
    (cloud.google.com/logging/quotas). ``expansion`` is how many times its size a compressed file may unfold to,
    counted from ``expansion_floor`` bytes on: logs reach 20 to 100 times, a bomb 1,000 times and more.
    """

    record: int = 16 << 20
    expansion: int = 500
    expansion_floor: int = 64 << 20
