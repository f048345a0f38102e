-- What films are found by. The index is drawn from the search text, whoever has written it.
CREATE INDEX films_words ON films USING gin (array_to_tsvector(string_to_array(ltrim(search_text), ' ')))
    WHERE status = 'available';

-- Every word that films are found by, and by what is left of it without one of its letters: a search word with a typing
-- error is looked up by what is left of *it*.
CREATE TABLE search_words (
    word text COLLATE "C" PRIMARY KEY
);

CREATE TABLE search_shortened (
    shortened text COLLATE "C" NOT NULL, -- the word, or the word without one letter
    word      text COLLATE "C" NOT NULL,
    PRIMARY KEY (shortened, word)
);

-- The version whose words are among them. An older build writes films and leaves it behind; it is then made up for.
ALTER TABLE films ADD COLUMN indexed_version bigint;

CREATE INDEX films_not_indexed ON films (id) WHERE indexed_version IS DISTINCT FROM version;
