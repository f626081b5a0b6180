-- 0012_usage - what usage is worth: when a customer used how much, and what of it is in the ledger.

-- Of one meter. The table used counts the same by UTC day, and what came late.
create table usage_tally (
	shard       int   not null,
	customer_id text  collate "C" not null,
	meter       text  collate "C" not null,
	body        bytea not null, -- usage_tally_encode
	primary key (shard, customer_id, meter)
) with (fillfactor = 80);

-- Of one subscription item that bills a meter, or may: periods, prices, invoices, what is booked.
create table usage_book (
	shard       int   not null,
	customer_id text  collate "C" not null,
	item_id     text  collate "C" not null,
	body        bytea not null, -- usage_book_encode
	primary key (shard, customer_id, item_id)
) with (fillfactor = 80);

-- What a metered price says beyond what subscriptions carry: tiers. Every shard has them.
create table tariff (
	shard    int   not null,
	price_id text  collate "C" not null,
	body     bytea not null, -- usage_price_encode
	primary key (shard, price_id)
);
