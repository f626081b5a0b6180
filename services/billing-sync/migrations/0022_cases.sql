-- 0022_cases - what goes back of a charge beyond it; invoices whose lines are missing.

-- By all refunds that did not fail, booked or not; what was reserved beyond what was captured. Minor units of ISO 4217.
alter table charged add column given bigint not null default 0;
alter table charged add column released bigint not null default 0;

-- For a statement.
create index awaited_lines on awaited (customer_id) where awaited_id like 'lines/%';

-- Refunds and disputes in another currency than their charge that were booked.
create table foreign_return (
	shard       int  not null,
	customer_id text collate "C" not null,
	object_id   text collate "C" not null,
	charge_id   text not null,
	primary key (shard, customer_id, object_id)
);
