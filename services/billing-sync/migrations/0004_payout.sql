-- 0004_payout - money that settles and pays out: what the stage `source` waits for.

-- A balance transaction's amount and fee, which never change; null: not said, or of another type.
alter table object add column amount text;

-- A refund or dispute as its balance transactions need it, and those that came before it.
create table source (
	shard       int    not null,
	source_id   text   collate "C" not null,
	object_type text,            -- refund, dispute; null: it has not come
	charge_id   text,            -- null: not known
	currency    text,            -- ISO 4217; null: not known
	amount      bigint not null, -- the provider's integer
	revision    bigint not null, -- of the state that this is from; 0: none
	waiting     bytea,           -- MirroredList: its balance transactions
	primary key (shard, source_id)
);

-- Whoever asks what cannot be placed.
create index source_waiting on source (source_id) where waiting is not null;
