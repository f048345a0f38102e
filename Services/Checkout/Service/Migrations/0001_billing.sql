-- What is owed and why: invoices and credit notes in series without a gap, payments, and the ledger that they add up in.

-- The last number given in each series: 'INV-2026', 'CRN-2026'. A number is drawn by the last statement of the
-- transaction that writes its document, so a rollback gives it back.
CREATE TABLE invoice_series (
    series      text   PRIMARY KEY,
    last_number bigint NOT NULL CHECK (last_number > 0)
);

-- Invoices and credit notes as they were issued; append-only. `content` is all that they say but number and dates.
CREATE TABLE billing_documents (
    id                uuid        PRIMARY KEY,
    kind              text        NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    series            text        NOT NULL,
    number            bigint      NOT NULL CHECK (number > 0),
    order_id          uuid        NOT NULL REFERENCES orders,
    institution_id    uuid        NOT NULL,
    corrects          uuid        REFERENCES billing_documents,
    issued_on         date        NOT NULL,
    due_on            date,
    total_minor_units bigint      NOT NULL CHECK (total_minor_units >= 0),
    currency          text        NOT NULL,
    content           json        NOT NULL,
    issued_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((kind = 'invoice') = (due_on IS NOT NULL)),
    CHECK ((kind = 'credit_note') = (corrects IS NOT NULL)),
    CONSTRAINT billing_documents_series_number_key UNIQUE (series, number)
);

CREATE UNIQUE INDEX one_invoice_an_order ON billing_documents (order_id) WHERE kind = 'invoice';
CREATE INDEX billing_documents_of_order ON billing_documents (order_id);
CREATE INDEX billing_documents_of_institution ON billing_documents (institution_id, id);

CREATE TRIGGER billing_documents_append_only
    BEFORE UPDATE OR DELETE ON billing_documents
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What is left to be paid of an invoice; less than nothing where money has to go back. Always the ledger's sum over
-- what the order's buyer owes.
CREATE TABLE invoice_standing (
    invoice_id          uuid   PRIMARY KEY REFERENCES billing_documents,
    balance_minor_units bigint NOT NULL,
    due_on              date   NOT NULL
);

CREATE INDEX invoice_standing_open ON invoice_standing (due_on) WHERE balance_minor_units > 0;

-- Money that came in, as an operator recorded it; append-only.
CREATE TABLE payments (
    id                uuid        PRIMARY KEY,
    invoice_id        uuid        NOT NULL REFERENCES billing_documents,
    amount_minor_units bigint     NOT NULL CHECK (amount_minor_units > 0),
    currency          text        NOT NULL,
    reference         text        NOT NULL,
    received_on       date        NOT NULL,
    recorded_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX payments_of_invoice ON payments (invoice_id);

-- The entries of one document, or of one payment, add up to nothing; append-only.
CREATE TABLE ledger_entries (
    document_id        uuid        NOT NULL,
    position           integer     NOT NULL CHECK (position > 0),
    order_id           uuid        NOT NULL,
    account            text        NOT NULL,
    amount_minor_units bigint      NOT NULL,
    currency           text        NOT NULL,
    PRIMARY KEY (document_id, position)
);

CREATE INDEX ledger_entries_of_order ON ledger_entries (order_id);

-- The order's invoice. NULL: there is none yet. While these are built `orders` takes no writes: seconds a million rows.
ALTER TABLE orders ADD COLUMN invoice_id uuid;
-- What an older build fulfilled; this one never enters it.
CREATE INDEX orders_to_invoice ON orders (id) WHERE state = 'fulfilled' AND invoice_id IS NULL;
-- An institution's orders, the latest first: ids rise with time.
CREATE INDEX orders_history ON orders (institution_id, id);
