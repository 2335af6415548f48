"""Which process runs a task.

A lease names its owner (one open history), the process and the boot it was taken in. It is live while it beats and its
process exists; a process that was killed loses it at once, one that hangs or sleeps loses it after some missed beats.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BEAT_SECONDS = 5.0
"""How often whoever runs a task says so."""

LIVE_SECONDS = 30.0
"""A lease without a beat for that long is dead."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A task's lease as stored."""

    owner: str
    pid: int
    boot_id: str
    beat_at: float

    def is_live(self, now: float, boot_id: str) -> bool:
        """Whether its holder may still run the task, as seen from a process of that boot."""
        if abs(now - self.beat_at) > LIVE_SECONDS:
            return False
        return self.boot_id != boot_id or process_exists(self.pid)


def process_exists(pid: int) -> bool:
    """Whether a process of that number runs on this machine (Windows: taken to, the beat decides)."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def current_boot_id() -> str:
    """What tells this run of this machine from others; the machine's name where the system has nothing better."""
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text().strip()
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.stdout.strip():
            return asked.stdout.strip()
    return platform.node()
