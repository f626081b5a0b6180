-- 0011_awaited - what a customer's objects name or show, and what never came of it.

create table awaited (
	shard       int         not null,
	customer_id text        collate "C" not null,
	awaited_id  text        collate "C" not null, -- the missing object's; of a figure "<what>/<object that shows it>"
	type        text        not null, -- of what is to be fetched: the provider's word
	named_by    text,       -- the first by its id of those that name it; null: a figure
	currency    text,       -- null: it is no money
	expected    bigint      not null, -- minor units by ISO 4217, or how many
	found       bigint      not null,
	since       timestamptz not null,
	asked       boolean     not null, -- and its case is open
	primary key (shard, customer_id, awaited_id)
);

-- Whoever asks what never came.
create index awaited_asked on awaited (customer_id) where asked;
