-- What streaming owns: orders as far as they may be watched, entitlements, sessions, and which media a film plays.
-- What it has heard of institutions: a projection.

-- Where an institution is now; nothing else of it matters here.
CREATE TABLE institution_projection (
    id        uuid   PRIMARY KEY,
    version   bigint NOT NULL,
    territory text   NOT NULL
);

-- A film plays the folder MEDIA_ROOT/<asset>, which was checked when the mapping was imported.
CREATE TABLE media (
    film_id    uuid        PRIMARY KEY,
    asset      text        NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A confirmed order and what it was answered with. The row's lock orders the events of its key.
CREATE TABLE orders (
    id             uuid        PRIMARY KEY,
    institution_id uuid        NOT NULL,
    refusal        text,                                   -- why nothing was granted; NULL: everything was
    event_sequence bigint      NOT NULL CHECK (event_sequence > 0), -- of the last event in event_log
    answered_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_closed      boolean     NOT NULL DEFAULT false      -- checkout has heard the answer, or has given up
);

CREATE INDEX orders_open ON orders (answered_at) WHERE NOT is_closed;

CREATE TABLE entitlements (
    id                      uuid        PRIMARY KEY,
    order_id                uuid        NOT NULL REFERENCES orders,
    line_id                 uuid        NOT NULL,
    position                integer     NOT NULL CHECK (position > 0),
    institution_id          uuid        NOT NULL,
    film_id                 uuid        NOT NULL,
    title                   text        NOT NULL,          -- as it was ordered
    territory               text        NOT NULL,
    opens_at                timestamptz NOT NULL,
    closes_at               timestamptz NOT NULL,
    concurrent_sessions_max bigint      CHECK (concurrent_sessions_max > 0),
    state                   text        NOT NULL CHECK (state IN ('granted', 'suspended', 'revoked')),
    granted_at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (opens_at < closes_at),
    CONSTRAINT entitlements_order_id_line_id_key UNIQUE (order_id, line_id),
    CONSTRAINT entitlements_order_id_film_id_key UNIQUE (order_id, film_id)
);

-- What the gate keeps in memory; tokens do not outlive the window.
CREATE INDEX entitlements_withheld ON entitlements (closes_at) WHERE state <> 'granted';

CREATE TABLE sessions (
    id             uuid        PRIMARY KEY,
    entitlement_id uuid        NOT NULL REFERENCES entitlements,
    institution_id uuid        NOT NULL,
    asset          text        NOT NULL,
    opened_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    CHECK (opened_at < expires_at)
);

CREATE INDEX sessions_live ON sessions (entitlement_id, expires_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (expires_at) WHERE ended_at IS NOT NULL;
