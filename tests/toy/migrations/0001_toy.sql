-- 0001_toy - what the toy's three stages know now. Every row carries its shard.

-- intake: refs that were taken.
create table seen (
	shard int  not null,
	ref   text collate "C" not null,
	primary key (shard, ref)
);

-- account: how often and how much was posted to it.
create table account (
	shard   int    not null,
	account text   collate "C" not null,
	count   bigint not null,
	sum     bigint not null,
	primary key (shard, account)
);

-- account: what every shard was told.
create table rate (
	shard int    not null,
	name  text   collate "C" not null,
	rate  bigint not null,
	since timestamptz,
	primary key (shard, name)
);

-- settlement: accounts that somebody posted to.
create table open_account (
	shard   int    not null,
	account text   collate "C" not null,
	count   bigint not null,
	last    bytea, -- the last posting, packed
	primary key (shard, account)
);
