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

-- The payout that paid a balance transaction; null: not said, or of another type.
alter table object add column payout_id text;

-- Every balance transaction, whoever books it: the provider's balance is their sum. Amounts are minor units by
-- ISO 4217.
create table moved (
	shard          int         not null,
	transaction_id text        collate "C" not null,
	type           text        not null,
	at             timestamptz not null, -- when the provider made it
	currency       text        not null,
	amount         bigint      not null, -- below zero: it left
	fee            bigint      not null, -- net is amount less fee
	paid_out       boolean     not null, -- it is a payout itself, or one that came back
	state          text        not null, -- waits, booked, held, placed
	primary key (shard, transaction_id)
);

create index moved_currency on moved (currency, at);
-- Whoever asks what cannot be placed.
create index moved_waiting on moved (at) where state in ('waits', 'held');

-- What is known of a payout, and of what it paid.
create table payout (
	shard        int         not null,
	payout_id    text        collate "C" not null,
	currency     text,                 -- null: it has not come
	amount       bigint      not null, -- minor units
	status       text,                 -- the provider's word
	arrives_at   timestamptz,
	complete     boolean     not null, -- the provider has said that what it paid is known
	complete_at  timestamptz,
	paid         bigint      not null, -- what its transactions come to
	transactions bigint      not null, -- how many are known
	own          bigint      not null, -- what its own transactions come to
	own_known    boolean     not null,
	verdict      text,                 -- reconciled, differs, asked; null: none yet
	primary key (shard, payout_id)
);

-- Which transactions were counted for a payout.
create table paid (
	shard          int  not null,
	payout_id      text collate "C" not null,
	transaction_id text collate "C" not null,
	primary key (shard, payout_id, transaction_id)
);

-- The balance as the provider states it, pending and available.
create table stated (
	shard    int         not null,
	currency text        collate "C" not null,
	at       timestamptz not null,
	minor    bigint      not null,
	revision bigint      not null, -- of the state that says so
	primary key (shard, currency)
);

-- What the stage `payout` books: fees, payouts, what cannot be placed. As entry; a table is of one stage.
create table balance_entry (like entry including all);
alter table balance_entry add column cut bigint not null default 0; -- as entry has it from 0006 on

create trigger balance_entry_balance after insert on balance_entry referencing new table as added
for each statement execute function entry_balance();

create trigger balance_entry_append_only before update or delete or truncate on balance_entry
for each statement execute function entry_append_only();

revoke update, delete, truncate on balance_entry from current_user;

-- The books, whichever stage booked.
create view book as
select shard, transaction_id, line, at, booked_at, account, currency, minor, customer_id, object_id, cause, reason,
	reverses
from entry
union all
select shard, transaction_id, line, at, booked_at, account, currency, minor, customer_id, object_id, cause, reason,
	reverses
from balance_entry;

-- What does not add up in the provider's balance. As discrepancy; customer_id is the object's that it is about.
create table balance_discrepancy (like discrepancy including all);

create view difference as
select shard, customer_id, discrepancy_id, cause, state, opened_at, 'customer' as stage from discrepancy
union all
select shard, customer_id, discrepancy_id, cause, state, opened_at, 'payout' from balance_discrepancy;

-- The charge has come itself, perhaps without a customer.
alter table charge add column known boolean not null default false;
-- What is to be said once of a charge that nobody settles.
alter table charged add column unsettled boolean not null default false;
