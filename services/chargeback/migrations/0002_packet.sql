-- 0002_packet - packets of evidence as they were put together: the one that stands, and all that were ever put up.
--
-- Every row carries its shard. Times are UTC. Stage case.

create table packet (
	shard      int    not null,
	home       text   collate "C" not null,
	dispute_id text   collate "C" not null,
	digest     text   collate "C" not null, -- SHA-256 of its canonical text
	put_up_at  timestamptz,                 -- when a person put it up last; null: nobody did
	content    bytea  not null,             -- PacketKept: what is sent, and the canonical text
	primary key (shard, home, dispute_id, digest)
);
