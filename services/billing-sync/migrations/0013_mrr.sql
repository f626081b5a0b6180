-- 0013_mrr - monthly recurring revenue in the reporting currency: what stands, and each day that was told.
--
-- Amounts are minor units by ISO 4217; days are those of the books, counted from 1970-01-01.

-- Of each currency, as the last day ended that was told.
create table worth (
	shard    int    not null,
	currency text   collate "C" not null,
	minor    bigint not null, -- what stood, in itself
	told_in  text   not null, -- the reporting currency; empty: it was not told yet
	worth    bigint not null, -- the same in that
	primary key (shard, currency)
) with (fillfactor = 50);

-- A day in the reporting currency: starting + added + reactivation + expansion - contraction - churn + fx = ending.
create table reported_day (
	shard        int    not null,
	currency     text   collate "C" not null,
	day          bigint not null,
	starting     bigint not null,
	added        bigint not null,
	reactivation bigint not null,
	expansion    bigint not null,
	contraction  bigint not null,
	churn        bigint not null,
	fx           bigint not null,
	ending       bigint not null,
	primary key (shard, currency, day)
);
