"""The system's clock and random ids."""

import os
import time


class SystemClock:
    """Port ``Clock``."""

    def now(self) -> int:
        """Seconds since 1970-01-01 UTC."""
        return int(time.time())

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def unique_id(self) -> str:
        """128 random bits, in hexadecimal."""
        return os.urandom(16).hex()  # what secrets does, which takes 5 ms to import
