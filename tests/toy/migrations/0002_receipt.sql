-- 0002_receipt - settlement: receipts of accounts.
create table receipt (
	shard   int    not null,
	account text   collate "C" not null,
	times   bigint not null, -- that one came
	digest  text,            -- of its bytes, which are a blob
	primary key (shard, account)
);
