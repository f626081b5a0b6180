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
