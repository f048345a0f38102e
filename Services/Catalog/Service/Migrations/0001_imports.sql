-- Import runs: a catalogue too large for one request comes in parts, is checked as a whole, and is applied in one
-- transaction.

CREATE TABLE import_runs (
    id          uuid        PRIMARY KEY,
    state       text        NOT NULL DEFAULT 'staging'
                CHECK (state IN ('staging', 'checking', 'checked', 'applying', 'applied', 'refused')),
    done        bigint      NOT NULL DEFAULT 0, -- items looked at: progress, which an aborted application leaves behind
    total       bigint      NOT NULL DEFAULT 0, -- items staged
    summary     json,                           -- what each list meant: created, changed, unchanged
    errors      json,                           -- what is wrong with it
    traceparent text,                           -- of the request that had it begun
    begun_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    touched_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX import_runs_at_work ON import_runs (touched_at) WHERE state IN ('checking', 'applying');

-- What each part holds, kept safely: it tells when the items themselves were lost.
CREATE TABLE import_parts (
    run_id uuid    NOT NULL REFERENCES import_runs,
    part   integer NOT NULL CHECK (part >= 0),
    items  integer NOT NULL CHECK (items >= 0),
    PRIMARY KEY (run_id, part)
);

-- The items of the parts. Not logged: PostgreSQL empties the table when it has crashed, the run is then refused, and
-- whoever imports sends it again.
CREATE UNLOGGED TABLE import_items (
    run_id   uuid    NOT NULL,
    list     text    COLLATE "C" NOT NULL,
    part     integer NOT NULL,
    place    integer NOT NULL, -- in the part's list
    id       uuid    NOT NULL,
    slug     text    COLLATE "C" NOT NULL,
    document json    NOT NULL, -- encoded as version 1
    PRIMARY KEY (run_id, list, part, place)
);

CREATE INDEX import_items_by_id ON import_items (run_id, list, id);
