"""A film page by its id, from the catalog service, against the same bytes and headers from libmicrohttpd in C.

Both sides are one process with one thread that answers, asked by wrk with one thread over the same number of
connections. The C server parses nothing but what its library parses, looks nothing up, counts and logs nothing, and
checks no request: it is a bound that this library sets, not a competitor. On two cores wrk has one and the server the
other; where the C server is quicker than wrk its rate is wrk's, which favours us; the CPU time a page does not have
that flaw.
"""

import re
import subprocess
from statistics import median

from accounts import Account, children_cpu_seconds, resident_mib
from house import POSTGRES_PID, STATE, Service, catalogue, compiled, import_catalogue, run
from pairs import Side, alternate, ratio

CONNECTIONS = 64
PAIRS = 7
SECONDS = 3
# What libmicrohttpd writes by itself.
WRITTEN_BY_LIBRARY = {"date", "content-length", "connection"}


def measure():
    catalog = Service("catalog")
    reference = None
    try:
        import_catalogue(catalog)
        # The service makes sure once a second that its pages are still true: an import has just made them old.
        path = f"/v1/films/{catalogue()['films'][0]['id']}"
        memory = lambda: catalog.metric("filmclub_catalog_pages_total")
        catalog.wait_until("warm", lambda: catalog.call("GET", path) and memory() > 3, pause=0.7)
        status, headers, body = catalog.call("GET", path)
        reference = start_reference(headers, body)
        ours, theirs = Side("catalog: GET /v1/films/{id}", "pages"), Side("libmicrohttpd in C, one thread", "pages")
        alternate(
            PAIRS, lambda: load(ours, catalog.port, path, len(body), catalog=catalog.pid, postgres=POSTGRES_PID),
            lambda: load(theirs, reference.port, path, len(body), server=reference.pid))
        result = ratio(ours, theirs)
        result["aim"] = 0.4
        per_page = [ours.document()["cpu_us_a_unit_in_all"], theirs.document()["cpu_us_a_unit_in_all"]]
        return {
            "name": "page", "sides": [ours.document(), theirs.document()], "ratios": [result],
            "cpu_ratio": per_page[1] / per_page[0], "page_bytes": len(body),
            "resident_mib": {"catalog": resident_mib(catalog.pid), "server in C": resident_mib(reference.pid)},
            "notes": [
                "cores that wrk used: " + ", ".join(
                    f"{median(run['load_cores'] for run in side.runs):.2f} against {side.name}"
                    for side in [ours, theirs]) + " (near 1 the rate is wrk's own)",
                f"{len(body):,} bytes a page, {CONNECTIONS} connections; by CPU time a page the ratio is "
                f"{per_page[1] / per_page[0]:.2f}"],
        }
    finally:
        catalog.stop()
        if reference:
            reference.terminate()
            reference.wait()


def start_reference(headers, body):
    with open(f"{STATE}/run/page.headers", "w") as file:
        file.writelines(f"{name}: {value}\n" for name, value in headers.items()
                        if name.lower() not in WRITTEN_BY_LIBRARY)
    with open(f"{STATE}/run/page.body", "wb") as file:
        file.write(body)
    program = compiled("page-server", "-lmicrohttpd")
    process = subprocess.Popen([program, f"{STATE}/run/page.headers", f"{STATE}/run/page.body"],
                               stdout=subprocess.PIPE, text=True)
    process.port = int(process.stdout.readline())
    return process


def load(side, port, path, body_bytes, **pids):
    """A run of wrk, each answer a 200 of the right size."""
    account, own = Account(**pids), children_cpu_seconds()
    report = run("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", f"http://127.0.0.1:{port}{path}")
    cpu, own = account.close(), children_cpu_seconds() - own
    if "Non-2xx" in report or "Socket errors" in report:
        raise SystemExit(f"wrk saw errors:\n{report}")
    count, seconds = re.search(r"(\d+) requests in ([\d.]+)s", report).groups()
    read, unit = re.search(r"([\d.]+)([KMG]B) read", report).groups()
    read = float(read) * {"KB": 2**10, "MB": 2**20, "GB": 2**30}[unit]
    if read < int(count) * body_bytes * 0.99:
        raise SystemExit(f"wrk read {read:,.0f} bytes in {count} answers, less than {body_bytes} bytes each.")
    side.add(int(count), float(seconds), cpu, load_cores=own / float(seconds))
