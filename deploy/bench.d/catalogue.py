"""A catalogue of 100,000 films imported by `filmclub import`, twice: how long it takes, how much memory the command and
the catalog hold at the most, and how many events each time leaves to be published. The second time must leave none.
Then how long it takes to find something among them, one question after the other.

The films are those of the sample with other ids, slugs and titles, about 1.5 KB each. Memory is the peak of what is
resident: of the command as its parent is told (ru_maxrss), of the catalog VmHWM, which is set back before each import.
Meanwhile the relay publishes what was written. BENCH_FILMS: another number of films.
"""

import copy
import json
import os
import subprocess
import time

from house import BIN, IDENTITY, STATE, Service, catalogue, sql

FILMS = int(os.environ.get("BENCH_FILMS", "100000"))
DATABASE = "filmclub_catalog"
# The whole list, words of few and of many films, one with a typing error, one that is nobody's, and choosing.
QUESTIONS = ["", "q=volver+17", "q=almodovar", "q=almodobar", "q=xyzzyx", "country=AR&yearFrom=2005",
             "director=Lucrecia+Martel&q=99999", "facets=true", "country=ES&facets=true", "q=almodovar&facets=true"]
ASKED = 15


def measure():
    path = f"{STATE}/run/films.json"
    write(path, FILMS)
    catalog = Service("catalog")
    try:
        rounds = [import_file(path, catalog) for _ in range(2)]
        sql(DATABASE, "ANALYZE films")
        questions = {question: median_ms(catalog, question) for question in QUESTIONS}
    finally:
        catalog.stop()
        os.remove(path)
    megabytes = rounds[0]["bytes"] / 1e6
    notes = [
        f"{name}: {FILMS:,} films, {megabytes:.0f} MB, in {one['seconds']:.1f} s; peak {one['command_mib']:.0f} MiB the "
        f"command, {one['catalog_mib']:.0f} MiB the catalog (before: {one['catalog_before_mib']:.0f}); "
        f"{one['events']:,} events; a page meanwhile: median {one['page_ms'][0]:.1f} ms, slowest {one['page_ms'][1]:.0f} ms"
        for name, one in zip(["first", "second"], rounds)]
    notes += [f"GET /v1/films?{question}: median {milliseconds:.1f} ms" for question, milliseconds in questions.items()]
    if rounds[1]["events"] != 0:
        raise SystemExit(f"The second import wrote {rounds[1]['events']} events.")
    return {"name": "catalogue", "rounds": rounds, "questions": questions, "notes": notes}


def median_ms(catalog, question):
    times = []
    for _ in range(ASKED):
        begin = time.monotonic()
        catalog.call("GET", f"/v1/films?{question}")
        times.append((time.monotonic() - begin) * 1000)
    return sorted(times)[ASKED // 2]


def write(path, count):
    films = catalogue()["films"]
    with open(path, "w") as file:
        file.write('{"films": [\n')
        for number in range(count):
            film = copy.copy(films[number % len(films)])
            film["id"] = f"019b76da-a800-7000-9{number >> 32 & 0xFFF:03x}-{number & 0xFFFFFFFF:012x}"
            film["slug"] = f"film-{number}"
            film["title"] = f"{film['title']} {number}"
            file.write(json.dumps(film, ensure_ascii=False) + (",\n" if number + 1 < count else "\n"))
        file.write("]}\n")


def import_file(path, catalog):
    before = events()
    with open(f"/proc/{catalog.pid}/clear_refs", "w") as file:
        file.write("5")  # sets back VmHWM (proc(5))
    held = memory(catalog.pid, "VmHWM")
    environment = {**os.environ, **IDENTITY, "IDENTITY_KEY_FILE": f"{STATE}/secrets/identity.jwk",
                   "CATALOG_URL": catalog.url}
    begin = time.monotonic()
    command = subprocess.Popen([f"{BIN}/filmclub", "import", path], env=environment, stdout=subprocess.DEVNULL)
    pages = []
    while True:
        pid, status, usage = os.wait4(command.pid, os.WNOHANG)
        if pid:
            break
        asked = time.monotonic()
        catalog.call("GET", "/v1/films?limit=1")
        pages.append((time.monotonic() - asked) * 1000)
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    if status != 0:
        raise SystemExit("filmclub import failed; see above.")
    pages.sort()
    return {"seconds": seconds, "bytes": os.path.getsize(path), "events": events() - before,
            "command_mib": usage.ru_maxrss / 1024, "catalog_mib": memory(catalog.pid, "VmHWM"),
            "catalog_before_mib": held, "page_ms": [pages[len(pages) // 2], pages[-1]]}


def events():
    return int(sql(DATABASE, "SELECT count(*) FROM event_log"))


def memory(pid, name):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name)) / 1024
