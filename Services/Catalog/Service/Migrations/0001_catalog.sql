-- What the catalog owns: films and programmes. `document` is the item as JSON, byte for byte as it is served and
-- published; the other columns are drawn from it when it is imported. `version` rises by one with each change, and is
-- the sequence of the change's event.

CREATE TABLE films (
    id          uuid        PRIMARY KEY,
    slug        text        COLLATE "C" NOT NULL,
    version     bigint      NOT NULL CHECK (version > 0),
    status      text        NOT NULL CHECK (status IN ('available', 'withdrawn')),
    document    json        NOT NULL, -- json, not jsonb: the bytes stay as they were written
    summary     json        NOT NULL, -- its entry in lists
    sort_key    text        COLLATE "C" NOT NULL, -- the folded title
    search_text text        COLLATE "C" NOT NULL, -- folded words, each with a space before it
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Judged at the end of a statement, so that two films of one import can change places.
    CONSTRAINT films_slug_key UNIQUE (slug) DEFERRABLE INITIALLY IMMEDIATE
);

CREATE INDEX films_listed ON films (sort_key, id) WHERE status = 'available';

CREATE TABLE programmes (
    id         uuid        PRIMARY KEY,
    slug       text        COLLATE "C" NOT NULL,
    version    bigint      NOT NULL CHECK (version > 0),
    document   json        NOT NULL,
    sort_key   text        COLLATE "C" NOT NULL, -- the folded name
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT programmes_slug_key UNIQUE (slug) DEFERRABLE INITIALLY IMMEDIATE
);

CREATE INDEX programmes_listed ON programmes (sort_key, id);

-- Rises with every import that changes something: by it each process knows whether the pages in its memory are still
-- true. Its row's lock lets one import in at a time.
CREATE TABLE catalog_revision (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint  NOT NULL
);

INSERT INTO catalog_revision (revision) VALUES (1);
