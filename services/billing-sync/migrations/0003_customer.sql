-- 0003_customer - what the stages `object`, `charge` and `customer` know of customers now.
--
-- Every row carries its shard: partition n of all topics that its stage reads. Ids and words are the
-- provider's own.

create table account (
	shard      int  not null,
	account_id text collate "C" not null,
	customers  text, -- whom the account declared last, a line each
	primary key (shard, account_id)
);

create table charge (
	shard       int  not null,
	charge_id   text collate "C" not null,
	customer_id text,  -- null: not known
	waiting     bytea, -- MirroredList: what came before the customer was known
	primary key (shard, charge_id)
);

-- Whoever asks what cannot be placed.
create index charge_waiting on charge (charge_id) where waiting is not null;

create table customer (
	shard       int  not null,
	customer_id text collate "C" not null,
	account_id  text,    -- null: no account has declared the customer
	alive       text,    -- its subscriptions in force or suspended, a line each; null: none
	subscribed  boolean  not null, -- it has had one
	charges     bytea,   -- charge_ring_encode: the recent ones, by digest of what they are said to be for
	primary key (shard, customer_id)
);

-- What was said last of a customer's access and of what it brings a month (standing_encode).
create table standing (
	shard       int  not null,
	customer_id text collate "C" not null,
	body        bytea,
	primary key (shard, customer_id)
);

-- What the ledger knows of a charge; amounts are minor units by ISO 4217.
create table charged (
	shard            int    not null,
	customer_id      text   collate "C" not null,
	charge_id        text   collate "C" not null,
	currency         text,            -- null: not booked yet
	presented        bigint not null, -- what the customer was charged
	applied          boolean not null, -- to an invoice
	settled_currency text,            -- null: its balance transaction is not known
	settled          bigint not null, -- gross of that one
	taken            bigint not null, -- of presented, by refunds and disputes
	waiting          bytea,           -- MirroredList: what cannot be booked before that
	primary key (shard, customer_id, charge_id)
);

-- Whoever asks what cannot be booked.
create index charged_waiting on charged (charge_id) where waiting is not null;

-- What does not add up, one case for one cause. Rows of healed and explained cases stay.
create table discrepancy (
	shard          int         not null,
	customer_id    text        collate "C" not null,
	discrepancy_id text        collate "C" not null,
	cause          text        not null,
	state          text        not null, -- open, healed, explained
	opened_at      timestamptz,          -- the last time
	body           bytea       not null, -- discrepancy_encode: the evidence, object by object
	primary key (shard, customer_id, discrepancy_id)
);

create index discrepancy_open on discrepancy (opened_at) where state = 'open';

-- What each object of a customer was when it was last heard of.
create table held (
	shard       int    not null,
	customer_id text   collate "C" not null,
	object_id   text   collate "C" not null,
	type        text,
	status      text,   -- null: it has none
	revision    bigint not null,
	body        bytea,  -- what the next state is held against, by type
	primary key (shard, customer_id, object_id)
) with (fillfactor = 80);
