-- The tables every service shares the shape of: what it has said (event_log), how far that has been told
-- (relay_cursor, relay_request), and what it has heard (inbox_watermark, inbox_parked, inbox_topic).

-- Which life of the data this is. xids are only comparable within one: after a restore into another cluster
-- the counter may stand lower than the xids in the restored rows. A service compares the cluster's identifier at
-- every start and at every new lease, and raises the incarnation where it differs.
CREATE TABLE event_incarnation (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    incarnation       integer NOT NULL,
    system_identifier bigint  NOT NULL
);

INSERT INTO event_incarnation (incarnation, system_identifier)
SELECT 1, system_identifier FROM pg_control_system();

CREATE FUNCTION current_incarnation() RETURNS integer
    LANGUAGE sql STABLE
    AS 'SELECT incarnation FROM event_incarnation';

CREATE SEQUENCE event_number;

-- Append-only, kept for ever: the truth behind every topic. `number` is drawn after the aggregate's row is
-- locked, so within a key it rises in commit order; between keys it does not, and nothing may rely on it.
CREATE TABLE event_log (
    number         bigint      PRIMARY KEY DEFAULT nextval('event_number'),
    xid            xid8        NOT NULL DEFAULT pg_current_xact_id(),
    incarnation    integer     NOT NULL DEFAULT current_incarnation(),
    topic          text        NOT NULL,
    key            text        NOT NULL,
    sequence       bigint      NOT NULL CHECK (sequence > 0),
    id             uuid        NOT NULL,
    type           text        NOT NULL,
    schema_version text        NOT NULL,
    time           timestamptz NOT NULL DEFAULT clock_timestamp(),
    traceparent    text,
    correlation_id uuid        NOT NULL,
    causation_id   uuid,
    body           json        NOT NULL, -- json, not jsonb: the bytes stay as they were written
    UNIQUE (topic, key, sequence)
);

CREATE INDEX event_log_xid ON event_log (incarnation, xid);
CREATE INDEX event_log_correlation ON event_log (correlation_id);

CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;

CREATE TRIGGER event_log_append_only
    BEFORE UPDATE OR DELETE ON event_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How far the log has been published, and by whom. '1:1:' is the snapshot in which nothing is visible.
CREATE TABLE relay_cursor (
    only_row         boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch            bigint      NOT NULL DEFAULT 0,
    holder           text        NOT NULL DEFAULT '',
    lease_until      timestamptz NOT NULL DEFAULT '-infinity',
    cluster_id       text        NOT NULL DEFAULT '',
    from_incarnation integer     NOT NULL DEFAULT 0,
    from_snapshot    pg_snapshot NOT NULL DEFAULT '1:1:',
    to_snapshot      pg_snapshot,           -- NULL: the difference before was published to its end
    after_number     bigint      NOT NULL DEFAULT 0
);

INSERT INTO relay_cursor DEFAULT VALUES;

-- "Publish this key again." For a topic of our own the relay publishes its events; for another's it asks on
-- filmclub.republish.v1. The key '*' means every key of the topic.
CREATE TABLE relay_request (
    topic        text        NOT NULL,
    key          text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, key)
);

-- How often we have asked for a key: the sequence of our requests on filmclub.republish.v1.
CREATE TABLE relay_asked (
    key      text   PRIMARY KEY,
    sequence bigint NOT NULL
);

-- The last sequence of a key whose effect a consumer has committed. Kept for ever.
CREATE TABLE inbox_watermark (
    consumer   text        NOT NULL,
    topic      text        NOT NULL,
    key        text        NOT NULL,
    sequence   bigint      NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, key)
);

-- Messages that could not be applied yet, or at all. This table is the truth; <topic>.dlt holds copies.
CREATE TABLE inbox_parked (
    id        bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    consumer  text        NOT NULL,
    topic     text        NOT NULL,
    key       text,                         -- NULL where not even the key could be read: parks alone
    sequence  bigint,
    -- gap: waits for a lower sequence; poison: failed for good; unreadable: no valid envelope or a higher major
    reason    text        NOT NULL CHECK (reason IN ('gap', 'poison', 'unreadable')),
    detail    text        NOT NULL,
    attempts  integer     NOT NULL,
    headers   json        NOT NULL,
    body      bytea       NOT NULL,
    origin    text        NOT NULL,         -- topic/partition/offset of the record
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    asked_at  timestamptz,                  -- when its gap was last asked for
    UNIQUE (consumer, topic, key, sequence)
);

-- A message without a key, delivered again, is the same message.
CREATE UNIQUE INDEX inbox_parked_keyless ON inbox_parked (consumer, origin, md5(body)) WHERE key IS NULL;
CREATE INDEX inbox_parked_gaps ON inbox_parked (consumer, parked_at) WHERE reason = 'gap';

-- The topics that a consumer has begun to read.
CREATE TABLE inbox_topic (
    consumer text        NOT NULL,
    topic    text        NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic)
);
