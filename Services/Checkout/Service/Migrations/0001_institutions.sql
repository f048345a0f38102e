-- The institutions' desk: what an invoice needs to know of an institution, who said that it is what it says, and what
-- an operator is asked to do.

ALTER TABLE institutions
    ADD COLUMN country    text,
    ADD COLUMN non_profit boolean,
    ADD COLUMN tax_status text,
    ADD COLUMN tax_id     text,
    ADD COLUMN domains    text[];

-- The decisions on an institution, each with its author. Append-only: what the house held to be true, and when.
CREATE TABLE institution_verifications (
    id             uuid        PRIMARY KEY,
    institution_id uuid        NOT NULL REFERENCES institutions,
    decision       text        NOT NULL CHECK (decision IN ('verified', 'refused', 'revoked')),
    reason         text        NOT NULL,
    decided_by     text        NOT NULL, -- the token's subject: shown to operators only
    decided_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX institution_verifications_of ON institution_verifications (institution_id, id DESC);

CREATE TRIGGER institution_verifications_append_only
    BEFORE UPDATE OR DELETE ON institution_verifications
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What a person has to see to, once a key.
CREATE TABLE operator_tasks (
    id        uuid        PRIMARY KEY,
    key       text        NOT NULL CONSTRAINT operator_tasks_key_key UNIQUE,
    kind      text        NOT NULL,
    subject   text        NOT NULL,
    detail    json        NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    closed_by text        -- the token's subject: shown to operators only
);

CREATE INDEX operator_tasks_open ON operator_tasks (id) WHERE closed_at IS NULL;
