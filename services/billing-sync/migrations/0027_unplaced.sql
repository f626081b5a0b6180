-- 0027_unplaced - what no customer has and does not add up.

alter table charge
	add column idle boolean not null default false; -- it has come, and took no money: nobody misses its customer

-- Whom the stage told of what was refused, and of what a list page had otherwise; null: no customer, but the stage
-- `payout`.
alter table object add column refused_of text;
alter table object add column swept_of text;

update object set refused_of = customer_id where refused is not null;
update object set swept_of = customer_id where swept is not null;

-- What days of the reporting currency wait for: customer_unrated.h.
create table unrated (
	shard              int  not null,
	currency           text collate "C" not null,
	reporting_currency text collate "C" not null,
	primary key (shard, currency, reporting_currency)
);
