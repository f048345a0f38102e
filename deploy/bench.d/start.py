"""How long each service takes from its start to ready, and how much memory it holds idle and after load.

Ready is the first 200 of /health/ready: database reached, schema checked, broker known, listening. The database is made
already, as at every start but the first. Memory is resident (VmRSS): idle a moment after a start, and again after all
four have worked: pages, orders, what follows from the orders in cart and streaming.
"""

import time
from statistics import median

import order
from accounts import resident_mib
from house import SERVICES, Service, catalogue, import_catalogue, run, sql

STARTS = 5
SETTLE_SECONDS = 1.0
LOAD_SECONDS = 3
READY_AIM_MS = 100
MEMORY_AIM_MIB = 32


def measure():
    found = {}
    for name in SERVICES:
        Service(name).stop()  # makes the schema
        times, cpu = [], []
        for _ in range(STARTS):
            service = Service(name)
            times.append(service.ready_after * 1000)
            cpu.append(service.cpu_to_ready_ms)
            time.sleep(SETTLE_SECONDS)
            idle = resident_mib(service.pid)
            service.stop()
        found[name] = {"ready_ms": times, "cpu_to_ready_ms": cpu, "idle_mib": idle}
    for name, (whole, own) in after_load().items():
        found[name] |= {"loaded_mib": whole, "loaded_own_mib": own}
    notes = [
        f"{name:<10} ready after {median(one['ready_ms']):.0f} ms ({min(one['ready_ms']):.0f} to "
        f"{max(one['ready_ms']):.0f}, aim {READY_AIM_MS}; CPU {median(one['cpu_to_ready_ms']):.0f} ms), resident {one['idle_mib']:.1f} MiB idle, "
        f"{one['loaded_mib']:.1f} MiB after load (aim {MEMORY_AIM_MIB}; {one['loaded_own_mib']:.1f} its own, the rest "
        "pages of libraries)" for name, one in found.items()]
    return {"name": "start", "services": found, "notes": notes}


def after_load():
    """All four at work: resident memory once every order is fulfilled."""
    house = {name: Service(name) for name in SERVICES}
    try:
        for name in ["catalog", "checkout", "streaming"]:
            import_catalogue(house[name])
        desk = order.Desk(house["checkout"])
        film = catalogue()["films"][0]["id"]
        run("wrk", "-t1", "-c64", f"-d{LOAD_SECONDS}s", f"{house['catalog'].url}/v1/films/{film}")
        desk.place(order.Side("load", "orders"), LOAD_SECONDS)
        desk.checkout.wait_until("done with every order", seconds=120, holds=lambda: sql(
            order.OURS, "SELECT count(*) FROM orders WHERE state <> 'fulfilled'") == "0")
        return {name: (resident_mib(service.pid), resident_mib(service.pid, "RssAnon"))
                for name, service in house.items()}
    finally:
        for service in house.values():
            service.stop()
