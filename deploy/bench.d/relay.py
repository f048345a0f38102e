"""The event log published by the relay against the same records through kcat.

Ours: one checkout process, whose database holds EVENTS events of orders (two a key) that it has not published: it takes
the lease, reads pages, publishes in order with an idempotent producer and every replica's acknowledgement, and moves
its cursor, which is also its lease, with a write after each page. Measured from the moment its cursor is set back to
the beginning until the broker has acknowledged the last event.

Theirs: psql's COPY of key and body, piped into kcat -P with the same partitioner and as many header bytes a record:
fire and forget, without cursor, without order on a fault, as fast as the same C library goes.

What favours kcat: it makes no envelope (its headers are the same each time), keeps no cursor, and is not idempotent.
What favours us: nothing; setting the cursor back costs us a lease, about a tenth of a second.

Both write the same topic of the same broker. The embedded broker keeps all in memory and proves nothing about
throughput; where KAFKA_HOME is set the figure that counts is the one against Apache Kafka.
"""

import os
import subprocess
import time

from accounts import Account, children_cpu_seconds, resident_mib
from house import BROKER_PID, HERE, POSTGRES_PID, STATE, Service, postgres_environment, run, sql
from pairs import Side, alternate, ratio

EVENTS = 200_000
EVENTS_A_KEY = 2
PAIRS = 5
DATABASE = "filmclub_checkout"
TOPIC = "checkout.orders.v1"
PARTITIONS = 8
CORPUS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "Tests/FilmClubModelTests/Corpus")
RATE_AIM = 20_000


def measure():
    log = fill()
    brokers = [("the embedded broker", embedded_address(), BROKER_PID)]
    if "BENCH_KAFKA_SERVERS" in os.environ:
        brokers.append(("Apache Kafka", os.environ["BENCH_KAFKA_SERVERS"], int(os.environ["BENCH_KAFKA_PID"])))
    sides, ratios, notes, resident = [], [], [], {}
    for broker in brokers:
        ours, theirs = Side(f"relay, {broker[0]}", "events"), Side(f"COPY | kcat, {broker[0]}", "events")
        service = Service("checkout", kafka=broker[1])
        try:
            service.wait_until("done with the first round", lambda: is_through(service), seconds=120, pause=0.2)
            kcat(Side("warm-up", "events"), broker, log)  # a Java virtual machine is slow at first
            alternate(PAIRS, lambda: relay(ours, service, broker, log), lambda: kcat(theirs, broker, log))
            resident[f"checkout, {broker[0]}"] = resident_mib(service.pid)
        finally:
            service.stop()
        sides += [ours, theirs]
        ratios.append({**ratio(ours, theirs), "aim": 0.15})
    slowest = min(min(side.rates) for side in sides[::2])
    notes.append(f"{EVENTS:,} events of {body_bytes(log):,} bytes; the relay's slowest run: {slowest:,.0f} events/s, "
                 f"aim {RATE_AIM:,}")
    return {"name": "relay", "sides": [side.document() for side in sides], "ratios": ratios, "notes": notes,
            "resident_mib": resident}


def embedded_address():
    with open(f"{STATE}/run/broker.address") as file:
        return file.read().strip()


def fill():
    """A log of orders: OrderPlaced and OrderConfirmed a key, with the bodies of the corpus. What was there before stays
    out of it: the events are those above a number, and invisible in a snapshot."""
    Service("checkout").stop()  # makes the schema
    number, snapshot = sql(DATABASE, """
        SELECT coalesce(max(number), 0), pg_current_snapshot() FROM event_log
        """).split("\t")
    bodies = []
    for name in ["OrderPlaced-1.0", "OrderConfirmed-1.1"]:
        with open(f"{CORPUS}/{name}.json") as file:
            bodies.append("".join(line.strip() for line in file).replace('": ', '":'))
    one, two = bodies
    sql(DATABASE, f"""
        INSERT INTO event_log (topic, key, sequence, id, type, schema_version, traceparent, correlation_id, body)
        SELECT '{TOPIC}', orders.id::text, event.sequence, gen_random_uuid(), event.type, event.version,
            '00-' || md5(orders.id::text) || '-00f067aa0ba902b7-01', orders.id, event.body
        FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, {EVENTS // EVENTS_A_KEY})) AS orders,
            (VALUES (1, 'OrderPlaced', '1.0', $one${one}$one$::json), (2, 'OrderConfirmed', '1.1', $two${two}$two$::json))
            AS event (sequence, type, version, body);
        VACUUM ANALYZE event_log;
        CHECKPOINT
        """)
    return {"after": number, "from": snapshot}


def body_bytes(log):
    return int(sql(DATABASE, f"SELECT round(avg(octet_length(body::text))) FROM event_log WHERE number > {log['after']}"))


def published(service):
    return service.metric("filmclub_relay_published_total")


def is_through(service):
    """Whether everything in the log, what was there before included, has been published to the service's broker."""
    return published(service) >= EVENTS and sql(DATABASE, """
        SELECT to_snapshot IS NULL AND NOT EXISTS (
            SELECT FROM event_log WHERE NOT pg_visible_in_snapshot(xid, from_snapshot)) FROM relay_cursor
        """) == "t"


def end_offsets(broker):
    """How many records the topic has ever been given."""
    wanted = [word for partition in range(PARTITIONS) for word in ("-t", f"{TOPIC}:{partition}:-1")]
    return sum(int(line.rsplit(" ", 1)[1]) for line in run("kcat", "-b", broker[1], "-Q", *wanted).splitlines())


def check(broker, before):
    arrived = end_offsets(broker) - before
    if arrived != EVENTS:
        raise SystemExit(f"{EVENTS} records were sent, but {arrived} arrived.")


def relay(side, service, broker, log):
    offsets, before = end_offsets(broker), published(service)
    account = Account(checkout=service.pid, postgres=POSTGRES_PID, broker=broker[2])
    begin = time.monotonic()
    sql(DATABASE, f"""
        UPDATE relay_cursor SET epoch = epoch + 1, lease_until = '-infinity', from_incarnation = 1,
            from_snapshot = '{log["from"]}', to_snapshot = NULL, after_number = 0
        """)
    service.wait_until("done publishing", lambda: published(service) - before >= EVENTS, seconds=120, pause=0.01)
    seconds = time.monotonic() - begin
    side.add(EVENTS, seconds, account.close())
    check(broker, offsets)


# As long as the headers that an event has, and as many.
HEADERS = {
    "ce_specversion": "1.0", "ce_id": "019b76da-a800-7000-8157-000000000001", "ce_source": "/filmclub/checkout",
    "ce_type": "filmclub.checkout.OrderPlaced.v1", "ce_subject": "019b76da-a800-7000-8157-000000000001",
    "ce_time": "2026-11-24T10:00:00.000000Z", "ce_dataschema": "filmclub:schema:OrderPlaced:1.0",
    "ce_sequence": "0000000000000000001", "content-type": "application/json",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "ce_correlationid": "019b76da-a800-7000-8157-000000000001",
}


def kcat(side, broker, log):
    offsets = end_offsets(broker)
    account = Account(postgres=POSTGRES_PID, broker=broker[2])
    own = children_cpu_seconds()
    begin = time.monotonic()
    rows = subprocess.Popen(
        ["psql", "-X", "-c", f"COPY (SELECT key, body FROM event_log WHERE number > {log['after']} ORDER BY number) "
         "TO STDOUT"],
        env=postgres_environment(DATABASE), stdout=subprocess.PIPE)
    headers = [word for name, value in HEADERS.items() for word in ("-H", f"{name}={value}")]
    sender = subprocess.run(["kcat", "-P", "-b", broker[1], "-t", TOPIC, "-K", "\t", "-X", "partitioner=murmur2_random",
                             *headers], stdin=rows.stdout, capture_output=True, text=True)
    rows.stdout.close()
    if sender.returncode or rows.wait():
        raise SystemExit(f"kcat failed: {sender.stderr}")
    seconds = time.monotonic() - begin
    side.add(EVENTS, seconds, {"kcat": children_cpu_seconds() - own, **account.close()})
    check(broker, offsets)
