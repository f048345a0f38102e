-- What films are told apart by in lists, each as its facet's name and the value without case and accents:
-- "director pedro almodovar".
ALTER TABLE films
    ADD COLUMN facets text[] COLLATE "C",
    ADD COLUMN year   integer;

CREATE INDEX films_facets ON films USING gin (facets) WHERE status = 'available';

-- How a value is written: as the film has it that was imported last.
CREATE TABLE facet_labels (
    key   text COLLATE "C" PRIMARY KEY,
    label text NOT NULL
);

-- Every film is drawn from once more.
UPDATE films SET indexed_version = NULL WHERE indexed_version IS NOT NULL;
