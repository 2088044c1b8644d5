"""Limits on how much of an export is held at a time."""

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Limits of reading, in bytes. Reaching one is reported as a Gap.

    record: the longest record; entries of Cloud Logging have at most 256 KiB, audit entries 512 KiB
        (cloud.google.com/logging/quotas).
    expansion: how many times its size a compressed file may grow; logs grow 20 to 100 times, a bomb 1,000
        times or more.
    expansion_floor: ``expansion`` applies beyond this size.
    """

    record: int = 16 << 20
    expansion: int = 500
    expansion_floor: int = 64 << 20
