"""What processes have cost, from /proc: CPU-seconds and resident memory."""

import os
import resource

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """The fields of /proc/PID/stat behind the command's name; None if the process has ended."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu_seconds(pid):
    """User and system time of a process and its ended children."""
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) / TICKS if fields else 0.0


def children_cpu_seconds():
    """Of the commands that this process has run to their end: load generators, and kcat."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tree(pid):
    """The process and all below it."""
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := _stat(name)):
            children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_milliseconds(pid):
    """What the process's living threads have run, to the nanosecond; for times too short for clock ticks."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:  # a thread of the start that has ended
            pass
    return total / 1e6


def resident_mib(pid, part="VmRSS"):
    """Resident memory; `part` RssAnon is what is the process's own, without the pages of files it shares."""
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith(f"{part}:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Account:
    """CPU-seconds since it was opened, of whole process trees by name."""

    def __init__(self, **pids):
        self.pids = pids
        self.begin = self._read()

    def _read(self):
        return {name: sum(cpu_seconds(pid) for pid in tree(root)) for name, root in self.pids.items()}

    def close(self):
        end = self._read()
        return {name: end[name] - self.begin[name] for name in self.pids}
