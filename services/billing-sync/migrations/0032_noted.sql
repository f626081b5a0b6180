-- 0032_noted - refunds that credit notes are made by.

-- What each note has of a refund, and whether that failed.
create table noted_refund (
	shard       int  not null,
	customer_id text collate "C" not null,
	refund_id   text collate "C" not null,
	body        bytea not null, -- customer_noted.h says what is in it
	primary key (shard, customer_id, refund_id)
);
