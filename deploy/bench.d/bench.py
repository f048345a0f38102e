"""Runs the parts that were asked for and prints what they found. Called by deploy/bench, which says what there is."""

import datetime
import importlib
import json
import os
import platform
import re
import signal
import sys

from house import run
from pairs import lines

PARTS = ["start", "page", "order", "relay"]


def machine():
    """What the figures were measured on."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/etc/os-release") as file:
        system = re.search(r'PRETTY_NAME="(.*)"', file.read()).group(1)
    version = lambda library: run("pkg-config", "--modversion", library).strip()
    first = lambda *command: run(*command).splitlines()[0]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": os.cpu_count(), "processor": model.group(1) if model else platform.machine(),
        "load_before": os.getloadavg()[0], "system": system, "kernel": platform.release(),
        "swift": re.search(r"Swift version (\S+)", run("swift", "--version")).group(1),
        "postgresql": first("psql", "--version").split()[2], "librdkafka": version("rdkafka"),
        "libmicrohttpd": version("libmicrohttpd"),
        "kafka": "Apache Kafka" if os.environ.get("BENCH_KAFKA_SERVERS") else "embedded broker only",
    }


def main(arguments):
    as_json = "--json" in arguments
    parts = [argument for argument in arguments if not argument.startswith("-")] or PARTS
    document = {"machine": machine(), "parts": []}
    if not as_json:
        print("Machine: " + ", ".join(f"{key} {value}" for key, value in document["machine"].items()), flush=True)
    for part in parts:
        result = importlib.import_module(part).measure()
        document["parts"].append(result)
        if not as_json:
            print(f"{result['name']}:", *lines(result), sep="\n", flush=True)
    if as_json:
        json.dump(document, sys.stdout, indent=2)
        print()


# Ended from outside it ends what it has started, too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
main(sys.argv[1:])
