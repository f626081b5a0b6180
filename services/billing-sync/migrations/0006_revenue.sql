-- 0006_revenue - what is billed and not yet earned, and at what pace it is earned day by day.
--
-- Amounts are minor units by ISO 4217; days are those of the books, counted from 1970-01-01.

-- Of an invoice: its facts (deferral_facts_encode) and the plan that they make (deferral_encode).
create table deferral (
	shard       int    not null,
	customer_id text   collate "C" not null,
	invoice_id  text   collate "C" not null,
	currency    text,            -- null: the invoice is not known, something was taken back of it
	bookings    bigint not null, -- transactions that its facts have made
	facts       bytea  not null,
	plan        bytea  not null,
	primary key (shard, customer_id, invoice_id)
) with (fillfactor = 80);

-- How far a currency is booked.
create table earning (
	shard    int    not null,
	currency text   collate "C" not null,
	day      bigint not null, -- the first one that is not
	pace     bigint not null, -- what was earned on the day before it
	primary key (shard, currency)
) with (fillfactor = 50);

-- From that day on the shard earns so much more a day, or less.
create table pace (
	shard    int    not null,
	currency text   collate "C" not null,
	day      bigint not null,
	minor    bigint not null,
	primary key (shard, currency, day)
);

-- The sums that a shard keeps of its books: what one day added to an account of the chart or to another figure
-- (figure.h). Of figures that are no flows there is one, on day 0.
create table figure (
	shard    int    not null,
	currency text   collate "C" not null, -- empty: of none
	name     text   collate "C" not null,
	day      bigint not null,
	minor    bigint not null,
	primary key (shard, currency, name, day)
) with (fillfactor = 80);

-- How many times the books had been cut when a line was booked: what a close saw has a lower number than its cut.
alter table entry add column cut bigint not null default 0;

-- Disputes that may still be lost.
create table open_dispute (
	shard       int    not null,
	customer_id text   collate "C" not null,
	dispute_id  text   collate "C" not null,
	currency    text   not null, -- empty: the amount cannot be told
	minor       bigint not null,
	primary key (shard, customer_id, dispute_id)
);

-- How often the books were cut: of the shard of the stage `object` to which actions on periods come.
create table cut (
	shard  int    not null,
	books  text   collate "C" not null,
	number bigint not null,
	primary key (shard, books)
);

-- What shards have answered of a close that others have not answered yet (ShardFigured).
create table closing (
	shard     int   not null,
	action_id text  collate "C" not null,
	source    text  collate "C" not null, -- customer/3
	body      bytea not null,
	primary key (shard, action_id, source)
);

-- The periods that are closed and sealed (PeriodClosed).
create table period (
	shard     int         not null,
	period    text        collate "C" not null, -- 2026-05-01, 2026-05
	first_day bigint      not null,
	end_day   bigint      not null,
	cut       bigint      not null, -- entries with a lower one were seen
	cut_at    timestamptz not null,
	digest    text        not null, -- lower-case hex
	body      bytea       not null,
	primary key (shard, period)
);
