-- 0007_seats - what customers used and who has a seat, as products report it, for the stage `customer`.
--
-- Every row carries its shard: partition n of ops.usage.v1 and of the stage's other topics.

-- An event while it is remembered, so that it counts once; corrections and cancellations find it here.
create table reported (
	shard       int   not null,
	customer_id text  collate "C" not null,
	event_key   text  collate "C" not null, -- SHA-256 over customer, source and id, lower-case hex
	meter       text  not null,             -- empty: it is of none
	body        bytea not null,             -- usage_encode
	primary key (shard, customer_id, event_key)
);

-- What was used of a meter on a UTC day. Whoever recognises usage on its day reads it.
create table used (
	shard       int    not null,
	customer_id text   collate "C" not null,
	meter       text   collate "C" not null,
	day         bigint not null, -- since 1970
	in_time     bigint not null, -- what the provider's meter was to hear of
	late        bigint not null, -- what the next invoice is to carry
	primary key (shard, customer_id, meter, day)
);

-- What a subscription had and what was billed for it, as far back as is looked.
create table seat_book (
	shard           int   not null,
	customer_id     text  collate "C" not null,
	subscription_id text  collate "C" not null,
	body            bytea not null, -- seat_book_encode
	primary key (shard, customer_id, subscription_id)
) with (fillfactor = 80);

alter table account add column agreed text;      -- customers with whom something was agreed, a line each
alter table customer add column books text;      -- subscriptions that have a seat_book, a line each
alter table customer add column agreed_by text;  -- the account that says what was agreed; null: nothing was
alter table customer add column agreed bytea;    -- seat_contracts_encode

-- Who has the seats of a subscription item, as products report it; holders are digests.
create table holding (
	shard           int   not null,
	customer_id     text  collate "C" not null,
	item_id         text  collate "C" not null,
	subscription_id text,           -- null: nothing was heard of it yet
	body            bytea not null, -- seat_holdings_encode
	primary key (shard, customer_id, item_id)
);
