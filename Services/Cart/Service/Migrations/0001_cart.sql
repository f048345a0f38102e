-- What cart owns: carts. What it has heard of catalog and checkout: projections.

CREATE TABLE carts (
    id             uuid        PRIMARY KEY,
    institution_id uuid        NOT NULL,
    programme_id   uuid        NOT NULL,
    slots          integer     NOT NULL CHECK (slots > 0),
    state          text        NOT NULL CHECK (state IN ('open', 'complete', 'closed')),
    order_id       uuid,
    event_sequence bigint      NOT NULL CHECK (event_sequence > 0), -- of the last event in event_log
    opened_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((state = 'closed') = (order_id IS NOT NULL))
);

CREATE TABLE cart_films (
    cart_id uuid    NOT NULL REFERENCES carts,
    slot    integer NOT NULL CHECK (slot > 0),
    film_id uuid    NOT NULL,
    PRIMARY KEY (cart_id, slot),
    CONSTRAINT cart_films_cart_id_film_id_key UNIQUE (cart_id, film_id)
);

-- As their owners last stated them; of a film only what a cart is judged and shown by.
CREATE TABLE film_projection (
    id      uuid   PRIMARY KEY,
    version bigint NOT NULL,
    film    json   NOT NULL
);

CREATE TABLE programme_projection (
    id        uuid   PRIMARY KEY,
    slug      text   NOT NULL,
    version   bigint NOT NULL,
    programme json   NOT NULL
);

CREATE INDEX programme_projection_slug ON programme_projection (slug);

CREATE TABLE institution_projection (
    id          uuid   PRIMARY KEY,
    version     bigint NOT NULL,
    institution json   NOT NULL
);
