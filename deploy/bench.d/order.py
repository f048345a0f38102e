"""Orders through HTTP against pgbench writing the same rows.

Ours: POST /v1/orders of one checkout process with every check on: a signed token a client, a new Idempotency-Key and a
new cart an order, five films, purchase order; facts judged in memory and judged again in SQL; order, five lines, events
and the answer under its key committed with fsync; the relay reads the log and publishes to the broker meanwhile.

Theirs: pgbench -M prepared, the same number of clients, the same rows into the same tables with the same constraints
and indexes in another database of the same server, one transaction an order, in three ways:
  transaction  BEGIN, an INSERT a table, COMMIT: six round trips, as most applications do it
  pipeline     the same six statements in one round trip (libpq's pipeline mode)
  statement    one statement that writes all four tables: what PostgreSQL can do at best one order at a time
and, for information, 32 orders in one such statement.

What favours pgbench: it reads no HTTP, checks no token, no fact, no key and no cart; its texts are the same each time;
nobody reads its event log or publishes it; it reads nothing back. What favours us: ids of version 7 go to the right end
of their indexes, pgbench's gen_random_uuid() all over them; and we may put several orders into one transaction, which
pgbench does only where it says so.
"""

import json
import re
import uuid

from accounts import Account, resident_mib
from house import (BROKER_PID, POSTGRES_PID, STATE, Service, catalogue, compiled, import_catalogue,
                   postgres_environment, run, sql, token)
from pairs import Side, alternate, ratio

CLIENTS = 32
PAIRS = 5
SECONDS = 3
BATCH = 32
OURS, THEIRS = "filmclub_checkout", "bench_orders"
MARK = "@@@@@@@@-@@@@-@@@@-@@@@-@@@@@@@@@@@@"
FILMS = 5


def measure():
    catalog, checkout = Service("catalog"), Service("checkout")
    try:
        import_catalogue(catalog)
        import_catalogue(checkout)
        desk = Desk(checkout)
        catalog.stop()
        return desk.measure()
    finally:
        checkout.stop()
        catalog.stop()


class Desk:
    """Where orders are placed: a checkout that knows the sample catalogue, and 32 clients."""

    def __init__(self, checkout):
        self.checkout = checkout
        films, programmes = len(catalogue()["films"]), len(catalogue()["programmes"])
        self.checkout.wait_until("told of every film", lambda: sql(OURS, """
            SELECT count(*) || '/' || (SELECT count(*) FROM programme_projection) FROM film_projection
            """) == f"{films}/{programmes}")
        self.load = compiled("load")
        self.templates = [self.template(number) for number in range(CLIENTS)]
        self.notes = []

    # What is sent

    def order(self, cart):
        whole = catalogue()
        return {"cartId": cart, "programmeId": whole["programmes"][0]["id"],
                "filmIds": [film["id"] for film in whole["films"][:FILMS]],
                "payment": {"method": "purchase_order", "purchaseOrderNumber": "PO-BENCH-2026"}}

    def buyer(self, number):
        """A purchaser of one of the institutions that may order."""
        institutions = [one["id"] for one in catalogue()["institutions"] if one["verified"]]
        return token("purchaser", institutions[number % len(institutions)], f"buyer-{number}")

    def template(self, number):
        """One client's request, whole; the load generator fills in cart and key."""
        body = json.dumps(self.order(MARK), separators=(",", ":"))
        path = f"{STATE}/run/order-{number}.http"
        with open(path, "w", newline="") as file:
            file.write(
                f"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.buyer(number)}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: \"{MARK}\"\r\nContent-Length: {len(body)}\r\n\r\n"
                f"{body}")
        return path

    # What is measured

    def measure(self):
        self.prepare_pgbench()
        ours = Side(f"POST /v1/orders, {CLIENTS} clients", "orders")
        theirs = {name: Side(f"pgbench, {name}, {CLIENTS} clients", "orders") for name in SCRIPTS}
        self.place_and_end(Side("warm-up", "orders"), 1)
        alternate(PAIRS, lambda: self.place_and_end(ours, SECONDS),
                  *[lambda name=name: self.pgbench(theirs[name], name) for name in SCRIPTS])
        ratios = [ratio(ours, side) for side in theirs.values()]
        ratios[0]["aim"] = 1.2
        return {
            "name": "order", "sides": [side.document() for side in [ours, *theirs.values()]], "ratios": ratios,
            "open_loop": self.open_loop(ours), "resident_mib": {"checkout": resident_mib(self.checkout.pid)},
            "notes": self.notes,
        }

    def place(self, side, seconds, rate=0):
        """A run of ours: every answer a 201, as many orders in the database, everything published at the end."""
        orders, events = self.stored(OURS), self.logged()
        published = self.checkout.metric("filmclub_relay_published_total")
        sql(OURS, "CHECKPOINT")
        account = Account(checkout=self.checkout.pid, postgres=POSTGRES_PID, broker=BROKER_PID)
        clients = self.templates * (4 if rate else 1)
        result = json.loads(run(self.load, str(self.checkout.port), str(seconds), str(rate), *clients))
        events = self.logged() - events
        made = self.stored(OURS) - orders
        if made != result["answers"]:
            raise SystemExit(f"{result['answers']} orders were answered with 201, but {made} are stored.")
        self.checkout.wait_until("done publishing", lambda: (
            self.checkout.metric("filmclub_relay_published_total") - published >= events))
        cpu = account.close()
        side.add(made, result["seconds"], cpu, p50_ms=result["p50_ms"], p99_ms=result["p99_ms"],
                 max_ms=result["max_ms"])

    def place_and_end(self, side, seconds, rate=0):
        self.place(side, seconds, rate)
        self.end()

    def end(self):
        """Nobody makes entitlements here: without this every order would be asked after when its deadline comes.
        Fulfilled ones would be invoiced in the midst of the next round."""
        sql(OURS, """
            UPDATE orders SET state = 'cancelled', answer_due_at = NULL WHERE state <> 'cancelled';
            VACUUM ANALYZE orders
            """)

    def open_loop(self, ours):
        """Time to the answer, from when an order was due, at half of the rate that was measured."""
        rate = round(sorted(ours.rates)[len(ours.rates) // 2] / 2)
        side = Side("open loop", "orders")
        self.place_and_end(side, SECONDS, rate)
        result = side.runs[0]
        self.notes.append(f"at {rate:,} orders/s (half of that, open loop): p50 {result['p50_ms']:.1f} ms, "
                          f"p99 {result['p99_ms']:.1f} ms, slowest {result['max_ms']:.1f} ms")
        return {"rate": rate, "p50_ms": result["p50_ms"], "p99_ms": result["p99_ms"], "max_ms": result["max_ms"]}

    def logged(self):
        return int(sql(OURS, "SELECT count(*) FROM event_log"))

    def stored(self, database):
        return int(sql(database, "SELECT count(*) FROM orders"))

    # pgbench

    def prepare_pgbench(self):
        """An empty copy of the schema, and one order's rows as variables."""
        schema = run("pg_dump", "--schema-only", "--no-owner", "--no-privileges", env=postgres_environment(OURS))
        sql("postgres", f"DROP DATABASE IF EXISTS {THEIRS}")
        sql("postgres", f"CREATE DATABASE {THEIRS}")
        sql(THEIRS, schema)
        sql(THEIRS, "INSERT INTO event_incarnation SELECT true, 1, system_identifier FROM pg_control_system()")
        _, _, body = self.checkout.call("POST", "/v1/orders", self.order(str(uuid.uuid4())), self.buyer(0),
                                        {"Idempotency-Key": f'"{uuid.uuid4()}"'})
        self.variables = self.rows(json.loads(body)["id"])

    def rows(self, order):
        """The rows that one real order made, as pgbench's variables."""
        as_json = lambda select: json.loads(sql(OURS, f"SELECT coalesce(json_agg(r), '[]') FROM ({select}) AS r"))
        row = as_json(f"""
            SELECT *, institution::text AS institution_text, charge::text AS charge_text FROM orders
            WHERE id = '{order}'""")[0]
        lines = as_json(f"SELECT * FROM order_lines WHERE order_id = '{order}' ORDER BY position")
        events = as_json(f"SELECT *, body::text AS body_text FROM event_log WHERE key = '{order}' ORDER BY sequence")
        answer = as_json(f"""
            SELECT encode(fingerprint, 'hex') AS fingerprint, status, location, encode(response, 'hex') AS response
            FROM idempotency_keys WHERE location LIKE '%{order}'""")[0]
        self.event_count = len(events)
        variables = {name: row[name] for name in [
            "institution_id", "programme_id", "programme_version", "programme_name", "price_list_version",
            "total_minor_units", "purchase_order_number", "state", "event_sequence"]}
        variables["institution"], variables["charge"] = row["institution_text"], row["charge_text"]
        for line in lines:
            for name in ["film_id", "title", "price_minor_units"]:
                variables[f"{name}_{line['position']}"] = line[name]
        for event in events:
            for name in ["type", "schema_version", "traceparent", "body_text"]:
                variables[f"{name}_{event['sequence']}"] = event[name]
        return {**variables, **{f"answer_{name}": value for name, value in answer.items()}}

    def pgbench(self, side, name):
        orders = self.stored(THEIRS)
        sql(THEIRS, "CHECKPOINT")
        path = f"{STATE}/run/{name}.pgbench"
        with open(path, "w") as file:
            file.write(SCRIPTS[name](self.event_count))
        variables = [word for key, value in self.variables.items() for word in ("-D", f"{key}={value}")]
        account = Account(postgres=POSTGRES_PID)
        report = run("pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), "-f", path,
                     *variables, env=postgres_environment(THEIRS))
        cpu = account.close()
        made = self.stored(THEIRS) - orders
        transactions = int(re.search(r"actually processed: (\d+)", report).group(1))
        each = BATCH if name.startswith("batch") else 1
        if made != transactions * each:
            raise SystemExit(f"pgbench says {transactions} transactions, but {made} orders are stored.")
        rate = float(re.search(r"tps = ([\d.]+)", report).group(1)) * each
        side.add(made, made / rate, cpu)


# pgbench's scripts. The four INSERTs are the same text in all of them; only where the ids come from differs.

ORDER_COLUMNS = """id, number, institution_id, cart_id, programme_id, programme_version, programme_name,
    price_list_version, institution, total_minor_units, currency, payment_method, purchase_order_number, placed_at,
    state, event_sequence, answer_attempts, answer_due_at, charge"""
ORDER_VALUES = """:institution_id::uuid, gen_random_uuid(), :programme_id::uuid, :programme_version::bigint,
    :programme_name, :price_list_version::integer, :institution::json, :total_minor_units::bigint, 'USD',
    'purchase_order', :purchase_order_number, clock_timestamp(), :state, :event_sequence::bigint, 0,
    clock_timestamp() + interval '30 s', :charge::json"""
LINE_COLUMNS = "order_id, position, id, film_id, title, price_minor_units"
LINE_VALUES = ", ".join(f"({n}, :film_id_{n}::uuid, :title_{n}, :price_minor_units_{n}::bigint)"
                        for n in range(1, FILMS + 1))
LINES = f"(VALUES {LINE_VALUES}) AS line (position, film_id, title, price)"
EVENT_COLUMNS = "topic, key, sequence, id, type, schema_version, traceparent, correlation_id, body"
KEY_COLUMNS = "institution_id, key, fingerprint, status, location, response"
KEY_VALUES = """:institution_id::uuid, gen_random_uuid()::text, decode(:answer_fingerprint, 'hex'),
    :answer_status::integer, :answer_location, decode(:answer_response, 'hex')"""


def events(count):
    values = ", ".join(f"({n}::bigint, :type_{n}, :schema_version_{n}, :traceparent_{n}, :body_text_{n}::json)"
                       for n in range(1, count + 1))
    return f"(VALUES {values}) AS event (sequence, type, schema_version, traceparent, body)"


def statement(count, source="(SELECT) AS one"):
    """Everything in one statement; `source` yields a row an order."""
    return f"""
WITH o AS (
    INSERT INTO orders ({ORDER_COLUMNS})
    SELECT gen_random_uuid(), 'FC-2026-' || nextval('order_number'), {ORDER_VALUES} FROM {source} RETURNING id
), l AS (
    INSERT INTO order_lines ({LINE_COLUMNS})
    SELECT o.id, position, gen_random_uuid(), film_id, title, price FROM o, {LINES}
), k AS (
    INSERT INTO idempotency_keys ({KEY_COLUMNS}) SELECT {KEY_VALUES} FROM o
)
INSERT INTO event_log ({EVENT_COLUMNS})
SELECT 'checkout.orders.v1', o.id::text, sequence, gen_random_uuid(), type, schema_version, traceparent, o.id, body
FROM o, {events(count)};
""".replace("\n", " ").strip() + "\n"


def transaction(count, begin="", end=""):
    """A statement a table. pgbench makes the order's id out of two random numbers."""
    half = 2 ** 62
    order = "(lpad(to_hex(:high::bigint), 16, '0') || lpad(to_hex(:low::bigint), 16, '0'))::uuid"
    statements = [
        "BEGIN",
        f"INSERT INTO orders ({ORDER_COLUMNS}) VALUES ({order}, 'FC-2026-' || nextval('order_number'), {ORDER_VALUES})",
        f"INSERT INTO order_lines ({LINE_COLUMNS}) "
        f"SELECT {order}, position, gen_random_uuid(), film_id, title, price FROM {LINES}",
        f"INSERT INTO event_log ({EVENT_COLUMNS}) SELECT 'checkout.orders.v1', {order}::text, sequence, "
        f"gen_random_uuid(), type, schema_version, traceparent, {order}, body FROM {events(count)}",
        f"INSERT INTO idempotency_keys ({KEY_COLUMNS}) VALUES ({KEY_VALUES})",
        "COMMIT",
    ]
    lines = [f"\\set high random(0, {half})", f"\\set low random(0, {half})", begin]
    lines += [" ".join(one.split()) + ";" for one in statements]
    return "\n".join(line for line in [*lines, end] if line) + "\n"


SCRIPTS = {
    "transaction": transaction,
    "pipeline": lambda count: transaction(count, "\\startpipeline", "\\endpipeline"),
    "statement": statement,
    f"batch of {BATCH} in a statement": lambda count: statement(count, f"generate_series(1, {BATCH})"),
}
