-- How often the gap before a waiting event was asked for: the pauses between the questions grow with it.
ALTER TABLE inbox_parked ADD COLUMN asks integer NOT NULL DEFAULT 0;
