-- How far this database has taken a topic's partitions in, by its own account. A Kafka group commits its offsets beside
-- the database: a database that was made anew, or restored from a copy, has not got what they say was done with.
CREATE TABLE inbox_position (
    consumer_group text    NOT NULL,
    topic          text    NOT NULL,
    partition      integer NOT NULL,
    cluster_id     text    NOT NULL, -- offsets of one cluster mean nothing to another
    next_offset    bigint  NOT NULL, -- the first one that is not known to be done with
    PRIMARY KEY (consumer_group, topic, partition)
);
