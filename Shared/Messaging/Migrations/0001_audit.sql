-- What operators did and what they were refused: who, what, in which request, and why not. A granted action's line is
-- committed with what it did. Append-only, kept for ever. `actor` is the token's subject, which may be a person: this
-- table is the operator's, and the subject goes from here into no log, metric or topic.
CREATE TABLE audit_log (
    number     bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor      text        NOT NULL,
    roles      text[]      NOT NULL,
    action     text        NOT NULL,
    subject    text,                 -- what the action was on, as the request named it
    outcome    text        NOT NULL CHECK (outcome IN ('granted', 'refused')),
    reason     text,                 -- of a refusal: the type of the problem that was answered
    request_id text        NOT NULL,
    detail     json,
    CHECK ((outcome = 'refused') = (reason IS NOT NULL))
);

CREATE INDEX audit_log_action ON audit_log (action, number);
CREATE INDEX audit_log_subject ON audit_log (subject, number) WHERE subject IS NOT NULL;

CREATE TRIGGER audit_log_append_only
    BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
