-- One entitlement an order line, whichever order an event claims that it belongs to.
ALTER TABLE entitlements ADD CONSTRAINT entitlements_line_id_key UNIQUE (line_id);
