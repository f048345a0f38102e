-- What was deleted from a partition before the consumer had read it, so that it is asked for once: a topic that was
-- whole when the consumer began it can be cut later, by a broker that forgets while the consumer is away. It takes the
-- place of inbox_topic, which only knew beginnings.
CREATE TABLE inbox_cut (
    consumer     text        NOT NULL,
    topic        text        NOT NULL,
    partition    integer     NOT NULL,
    cluster_id   text        NOT NULL,
    first_offset bigint      NOT NULL, -- the first one that was left
    found_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, partition)
);

DROP TABLE inbox_topic;
