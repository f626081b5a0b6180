-- schema - the tables of the examples: a timeline, whose rows are their own effect, and a tally, which is not
-- idempotent and stands for any effect in any database with transactions.
CREATE TABLE timeline (
	id text PRIMARY KEY, ticket text NOT NULL, type text NOT NULL, at timestamptz NOT NULL
);
CREATE TABLE seen (
	partition integer, source text, sequence bigint NOT NULL, PRIMARY KEY (partition, source)
);
CREATE TABLE tally (type text PRIMARY KEY, facts bigint NOT NULL);
INSERT INTO tally VALUES ('ops.ticket.opened.v1', 0), ('ops.ticket.message_added.v1', 0);
