-- What an order costs, and why: taxes, grants, quotes, and what of them an order keeps.

-- What countries take, as an operator last stated it, whole. `version` rises by one with each change: an order is
-- decided by one version and stored only while it is the current one.
CREATE TABLE tax_table (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint  NOT NULL,
    rates    json    NOT NULL
);

INSERT INTO tax_table (version, rates) VALUES (0, '[]');

-- When the grants of a cycle can be used: from `starts_at` on, until `ends_at`.
CREATE TABLE grant_cycles (
    name      text        PRIMARY KEY,
    starts_at timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    CHECK (starts_at < ends_at)
);

-- One institution's grant of one cycle, from its application on.
CREATE TABLE grants (
    id             uuid        PRIMARY KEY,
    version        bigint      NOT NULL CHECK (version > 0),
    institution_id uuid        NOT NULL,
    cycle          text        NOT NULL REFERENCES grant_cycles,
    state          text        NOT NULL CHECK (state IN ('applied', 'granted', 'refused')),
    percent        integer     CHECK (percent IN (30, 40, 50)), -- of the screening fees
    statement      text        NOT NULL,                        -- why the institution asks for it
    reason         text,                                        -- why it was refused
    applied_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at     timestamptz,
    CHECK ((state = 'granted') = (percent IS NOT NULL)),
    CONSTRAINT grants_institution_id_cycle_key UNIQUE (institution_id, cycle)
);

-- A price that one institution was offered for one programme. `version` rises with each offer.
CREATE TABLE quotes (
    id                 uuid        PRIMARY KEY,
    version            bigint      NOT NULL CHECK (version > 0),
    institution_id     uuid        NOT NULL,
    programme_id       uuid        NOT NULL,
    state              text        NOT NULL CHECK (state IN ('requested', 'offered', 'withdrawn')),
    bundle_minor_units bigint      CHECK (bundle_minor_units > 0), -- before tax
    currency           text,
    valid_until        timestamptz,
    message            text,                                       -- what the institution asked for
    requested_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((state = 'offered')
        = (bundle_minor_units IS NOT NULL AND currency IS NOT NULL AND valid_until IS NOT NULL))
);

CREATE INDEX quotes_of_institution ON quotes (institution_id, id);

ALTER TABLE orders
    ADD COLUMN charge       json, -- how the total came about; NULL: placed before anybody wrote it down
    ADD COLUMN grant_id     uuid,
    ADD COLUMN quote_id     uuid,
    ADD COLUMN cancellation json; -- the programme's terms at placing; NULL: none

-- A grant and a quote are used once: using one and placing the order are one row. NULLs are not in these indexes, so
-- that they cost an order without them nothing.
CREATE UNIQUE INDEX orders_grant_id_key ON orders (grant_id) WHERE grant_id IS NOT NULL;
CREATE UNIQUE INDEX orders_quote_id_key ON orders (quote_id) WHERE quote_id IS NOT NULL;
