-- 0004_views - what analysts read: figures by window, definitions, observations. ANALYSTS.md says how.
--
-- Views over what the daemon keeps; nothing is counted here anew. Figures are those that were said last. No addition over windows
-- or values is right but of counts and sums: quantiles, shares and means of longer windows are windows of their own.

create view metric_definition as
select distinct on (key) key, metric, version, effective_from, title, says, document::jsonb as document, digest
from kpi_definition
order by key, shard;

comment on view metric_definition is 'What each version of a metric means; document is the definition as it was published.';

create view kpi as
select d.metric,
	d.version,
	split_part(c.series, ':', 2) as dimension,
	c.value,
	c.currency,
	c.window_kind,
	c.start,
	c.ends,
	d.document ->> 'zone' as zone,
	c.state,
	c.revision,
	(c.figures::jsonb ->> 'value')::bigint as number,
	c.figures::jsonb ->> 'unit' as unit,
	coalesce((c.figures::jsonb ->> 'n')::bigint, 0) as n,
	coalesce((c.figures::jsonb ->> 'hits')::bigint, 0) as hits,
	coalesce((c.figures::jsonb ->> 'sum')::bigint, 0) as sum,
	(c.figures::jsonb -> 'interval' ->> 'lowPpm')::bigint as low_ppm,
	(c.figures::jsonb -> 'interval' ->> 'highPpm')::bigint as high_ppm,
	coalesce(c.figures::jsonb -> 'quantiles', '[]') as quantiles,
	coalesce(c.figures::jsonb -> 'asides', '[]') as asides,
	(c.former::jsonb ->> 'value')::bigint as former_number,
	coalesce((c.former::jsonb ->> 'n')::bigint, 0) as former_n,
	c.reason,
	c.said_at
from kpi_cell c
join metric_definition d on d.key = split_part(c.series, ':', 1)
where c.figures is not null;

comment on view kpi is 'Each number that was said, by version of its definition, dimension and window: provisional ones too. number is whole, in unit: ppm, us, minor units of currency, milli; null: there was no population. low_ppm and high_ppm hold the true share in 95 of 100.';
comment on column kpi.dimension is 'Empty: the whole. Rows of the whole and of dimensions must not be added.';
comment on column kpi.value is 'Of the dimension; empty: not known, (other): those beyond its bound.';
comment on column kpi.state is 'open: more may come; sealed: its time has passed; restated: sealed, and another since.';
comment on column kpi.n is 'The population; of a share the denominator.';

create view kpi_final as
select * from kpi k
where k.state <> 'open' and k.version = (
	select e.version
	from metric_definition e
	where e.metric = k.metric and e.effective_from <= k.start
	order by e.effective_from desc, e.version desc
	limit 1);

comment on view kpi_final is 'What is sealed, by the version that was in force when the window began: what a report states.';

create view observation_ticket as
select substr(subject, 8) as ticket, opened_at, asked_at, replied_at, solved_at, last_solved_at, body::jsonb as body
from observation
where kind = 'ticket';

comment on view observation_ticket is 'Each ticket as it is known by now, whatever counts it. body: words, numbers and marks of the vocabulary that are set; a mark that is absent is not so.';

create view observation_payment as
select substr(subject, 9) as payment, number as attempt, at, decided_at, currency, (body::jsonb ->> 'minor')::bigint as minor, body::jsonb as body
from observation
where kind = 'payment';

comment on view observation_payment is 'Each attempt to take a payment; minor in minor units of currency.';

create view observation_promise as
select substr(subject, 8) as ticket, number, body::jsonb ->> 'promise' as promise, at, began_at,
	coalesce((body::jsonb ->> 'met')::boolean, false) as met,
	coalesce((body::jsonb ->> 'breached')::boolean, false) as breached,
	coalesce((body::jsonb ->> 'cancelled')::boolean, false) as cancelled,
	body::jsonb as body
from observation
where kind = 'promise';

comment on view observation_promise is 'Each clock of a ticket and how it ended.';

-- A ticket's shard does not know what its account brings, so this is no metric: the two meet here.
create view account_helped as
with solved as (
	select distinct date_trunc('month', at at time zone 'UTC') as month, body::jsonb ->> 'account' as account
	from observation
	where kind = 'solve' and body::jsonb ? 'account'
), moved as (
	select body::jsonb ->> 'account' as account, currency, at at time zone 'UTC' as at, (body::jsonb ->> 'minor')::bigint as minor
	from observation
	where kind = 'recurring' and body::jsonb ? 'account'
), paying as (
	select s.month, s.account, m.currency, sum(m.minor)::bigint as revenue
	from solved s
	join moved m on m.account = s.account and m.at < s.month + interval '1 month'
	group by s.month, s.account, m.currency
	having sum(m.minor) > 0
)
select month::date as month, currency, count(*) as accounts, sum(revenue)::bigint as revenue
from paying
group by month, currency
union all
select month::date, '', count(*), 0
from solved s
where not exists (select from paying p where p.month = s.month and p.account = s.account)
group by month;

comment on view account_helped is 'Of accounts of which a ticket was solved in the month (UTC) what they bring a month at its end, or by now: the revenue that support helped. Each account counts once; currency empty: those that bring nothing.';
comment on column account_helped.accounts is 'An account that pays in two currencies is in both rows.';
comment on column account_helped.revenue is 'Minor units of currency, as metric billing.mrr counts them.';
