-- What checkout owns: institutions and orders. What it has heard of the catalog: projections.

-- The institutions, as an operator imported them. `version` rises by one with each change, and is the sequence of
-- the change's event.
CREATE TABLE institutions (
    id         uuid        PRIMARY KEY,
    version    bigint      NOT NULL CHECK (version > 0),
    name       text        NOT NULL,
    type       text        NOT NULL,
    territory  text        NOT NULL,
    time_zone  text        NOT NULL,
    verified   boolean     NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Films and programmes as the catalog last stated them; of a film only what an order is decided by.
CREATE TABLE film_projection (
    id      uuid   PRIMARY KEY,
    version bigint NOT NULL,
    film    json   NOT NULL
);

CREATE TABLE programme_projection (
    id        uuid   PRIMARY KEY,
    version   bigint NOT NULL,
    programme json   NOT NULL
);

-- The readable part of order numbers. Processes draw blocks of 32 and use them up in memory, so that placing an
-- order needs no round trip for it; what a process leaves unused is a gap, which order numbers may have.
CREATE SEQUENCE order_number INCREMENT BY 32;

CREATE TABLE orders (
    id                    uuid        PRIMARY KEY,
    number                text        NOT NULL CONSTRAINT orders_number_key UNIQUE,
    institution_id        uuid        NOT NULL,
    cart_id               uuid        NOT NULL,
    programme_id          uuid        NOT NULL,
    programme_version     bigint      NOT NULL,
    programme_name        text        NOT NULL,
    price_list_version    integer     NOT NULL,
    institution           json        NOT NULL, -- as it was at placing
    total_minor_units     bigint      NOT NULL CHECK (total_minor_units >= 0),
    currency              text        NOT NULL,
    payment_method        text        NOT NULL CHECK (payment_method IN ('purchase_order')),
    purchase_order_number text,
    placed_at             timestamptz NOT NULL,
    state                 text        NOT NULL
        CHECK (state IN ('placed', 'confirmed', 'fulfilled', 'cancelled', 'refunded')),
    event_sequence        bigint      NOT NULL CHECK (event_sequence > 0), -- of the last event in event_log
    parked                text,                 -- why a person should look; the order can still go on
    answer_attempts       integer     NOT NULL DEFAULT 0,
    answer_due_at         timestamptz,          -- when another service's answer is overdue; NULL: none is awaited
    -- A cart yields at most one order. To checkout its id is opaque: nobody can take another institution's.
    CONSTRAINT orders_institution_id_cart_id_key UNIQUE (institution_id, cart_id)
);

CREATE INDEX orders_answer_due_at ON orders (answer_due_at) WHERE answer_due_at IS NOT NULL;
CREATE INDEX orders_open ON orders (state, placed_at) WHERE state IN ('placed', 'confirmed');

CREATE TABLE order_lines (
    order_id          uuid    NOT NULL REFERENCES orders,
    position          integer NOT NULL CHECK (position > 0),
    id                uuid    NOT NULL,
    film_id           uuid    NOT NULL,
    title             text    NOT NULL,
    price_minor_units bigint  NOT NULL CHECK (price_minor_units >= 0),
    PRIMARY KEY (order_id, position)
);
