-- Answers that were given under an Idempotency-Key, byte for byte, kept for ever. Only success is stored: a failed
-- first attempt never burns its key.
CREATE TABLE idempotency_keys (
    institution_id uuid        NOT NULL,
    key            text        NOT NULL,
    fingerprint    bytea       NOT NULL, -- SHA-256 of what was asked
    status         integer     NOT NULL,
    location       text        NOT NULL,
    response       bytea       NOT NULL,
    answered_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (institution_id, key)
);
