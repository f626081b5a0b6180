-- 0005_adoption - who looks after an account, how it uses what it pays for, and whether that becomes more or less.
--
-- Views alone, as those of 0003_renewal, of which two are made anew here: what they had they have still. Spans are hours: a day of an
-- interval is as long as it is where somebody asks. A trend is of 30 complete days (UTC) against the 30 before, by meter, since
-- units of two meters do not add up. It is said where use is known since the first of these 60 days and was on ten of the 30
-- before at least: of what was hardly used before, less and more mean nothing. A quarter more is rising, a quarter less falling.

create view account_owner as
select body::jsonb ->> 'account' as account, body::jsonb ->> 'owner' as owner, at as since
from observation
where kind = 'owner';

comment on view account_owner is 'Who looks after an account, as it was declared last; an account without a row has nobody.';

create view account_usage as
with day as (
	select split_part(value, '/', 1) as account, substr(value, strpos(value, '/') + 1) as meter, start, sum as units
	from kpi_cell
	where series = 'value.account_usage@1:account_meter' and window_kind = 'day' and value like '%/%' and value not like '%...'
), span as (
	select until, until - interval '720 hours' as since, until - interval '1440 hours' as before
	from (select date_trunc('day', at at time zone 'UTC') at time zone 'UTC' as until from as_of) complete
), used as (
	select account, meter, until,
		coalesce(sum(units) filter (where start >= since and start < until), 0) as units,
		coalesce(sum(units) filter (where start >= before and start < since), 0) as units_before,
		count(*) filter (where units > 0 and start >= since and start < until) as days,
		count(*) filter (where units > 0 and start >= before and start < since) as days_before,
		min(start) filter (where units > 0) <= min(before) as old_enough
	from day, span
	group by account, meter, until
), told as (
	select *, coalesce(old_enough, false) and days_before >= 10 and units_before > 0 as speaks
	from used
)
select account, meter, until, units, units_before, days, days_before,
	case when speaks then least(trunc((units - units_before) * 10000 / units_before), 9000000000000000000)::bigint end as change_bp,
	case when not speaks then null
		when units * 4 <= units_before * 3 then 'falling'
		when units * 4 >= units_before * 5 then 'rising'
		else 'steady' end as trend,
	case when speaks then null
		when old_enough then 'It was used on fewer than 10 of the 30 days before.'
		else 'Less than 60 days of use are known.' end as no_trend_because
from told;

comment on view account_usage is 'What an account used of a meter in the last 30 complete days (UTC, until) and in the 30 before, and whether that is clearly more or less.';
comment on column account_usage.days is 'On which it was used, of the last 30; days_before of the 30 before.';
comment on column account_usage.change_bp is 'In hundredths of a percent of what was used before; null where trend is.';
comment on column account_usage.trend is 'rising: a quarter more or above; falling: a quarter less or below; steady; null: no_trend_because says why.';

create view account_adoption as
with level as (
	select value as account,
		sum(sum) filter (where series = 'value.seats_paid@1:account') as paid,
		sum(sum) filter (where series = 'billing.seats@1:account') as in_use
	from kpi_cell
	where series in ('value.seats_paid@1:account', 'billing.seats@1:account') and window_kind = 'month' and value not in ('', '(other)')
	group by value
), used as (
	select account,
		jsonb_agg(jsonb_build_object('meter', meter, 'units', units, 'units_before', units_before, 'change_bp', change_bp, 'trend', trend)
			order by meter) as meters,
		array_agg(meter order by meter) filter (where trend = 'rising') as rising,
		array_agg(meter order by meter) filter (where trend = 'falling') as falling
	from account_usage
	group by account
), ticket as (
	select body::jsonb ->> 'account' as account,
		count(*) filter (where opened_at > (select at from as_of) - interval '720 hours') as opened,
		count(*) filter (where last_solved_at is null) as open
	from observation
	where kind = 'ticket'
	group by 1
), answer as (
	select body::jsonb ->> 'account' as account,
		count(*) filter (where body::jsonb ? 'satisfied') as contented,
		count(*) filter (where not body::jsonb ? 'satisfied') as discontented
	from observation
	where kind = 'csat' and at > (select at from as_of) - interval '2160 hours'
	group by 1
), known as (
	select body::jsonb ->> 'account' as account from observation where kind = 'account'
	union
	select account from level
	union
	select account from used
)
select account, owner,
	coalesce(paid, 0)::bigint as seats_paid,
	in_use::bigint as seats_in_use,
	coalesce(meters, '[]') as usage,
	coalesce(rising, '{}') as rising,
	coalesce(falling, '{}') as falling,
	coalesce(opened, 0) as tickets_opened,
	coalesce(open, 0) as tickets_open,
	coalesce(contented, 0) as contented,
	coalesce(discontented, 0) as discontented
from known
left join account_owner using (account)
left join level using (account)
left join used using (account)
left join ticket using (account)
left join answer using (account);

comment on view account_adoption is 'Each account with how it uses what it has: seats, usage by meter with its trend, tickets of the last 30 days, what customers said in the last 90. Of what is known by now.';
comment on column account_adoption.seats_in_use is 'Null: no seat was ever told to be given or taken.';
comment on column account_adoption.usage is 'By meter, as account_usage has it.';
comment on column account_adoption.rising is 'Meters of which clearly more was used than in the 30 days before.';

-- What happened at an account that bears on whether it stays or grows, each with its time, the team that owns it, what it was, and who
-- looks after the account. Seats speak from ten on where few are in use: of three, two are soon not.
create or replace view account_signal as
with happened as (
	select body::jsonb ->> 'account' as account, at, 'risk' as speaks_of, 'finance' as team, subject,
		'A payment failed and has not come through: ' || coalesce(body::jsonb ->> 'reason', 'no reason was said') || '.' as sentence
	from observation
	where kind = 'payment' and body::jsonb ? 'last' and body::jsonb ? 'decided' and not body::jsonb ? 'succeeded'
	union all
	select body::jsonb ->> 'account', at, 'risk', 'finance', subject, 'All was done to collect an invoice, and it is not paid.'
	from observation
	where kind = 'invoice' and body::jsonb ? 'exhausted'
	union all
	select body::jsonb ->> 'account', at, 'risk', 'finance', subject,
		'A payment is disputed: ' || coalesce(body::jsonb ->> 'reason', 'no reason was said') || '.'
	from observation
	where kind = 'dispute' and body::jsonb ? 'open'
	union all
	select body::jsonb ->> 'account', opened_at, 'risk', 'support', subject,
		'A ticket of which somebody had to hear at once is not solved.'
	from observation
	where kind = 'ticket' and body::jsonb ? 'escalated' and not body::jsonb ? 'solved'
	union all
	select body::jsonb ->> 'account', at, 'risk', 'support', subject,
		'A promise was not kept: ' || replace(coalesce(body::jsonb ->> 'promise', ''), '_', ' ') || '.'
	from observation
	where kind = 'promise' and body::jsonb ? 'breached'
	union all
	select body::jsonb ->> 'account', at, 'risk', 'support', subject, 'A customer was not content.'
	from observation
	where kind = 'csat' and not body::jsonb ? 'satisfied'
	union all
	select value, least(ends, (select at from as_of)), case when sum < 0 then 'risk' else 'expansion' end, 'customer-success', series,
		case when sum < 0 then 'It brings less a month than before.' else 'It brings more a month than before.' end
	from kpi_cell
	where series = 'billing.mrr_moved@1:account' and window_kind = 'month' and sum <> 0
	union all
	select account, until, case when trend = 'falling' then 'risk' else 'expansion' end, 'customer-success', 'usage/' || meter,
		'It uses clearly ' || case when trend = 'falling' then 'less' else 'more' end || ' of ' || (meter collate "default") || ': ' || units
			|| ' in 30 days, ' || units_before || ' in the 30 before.'
	from account_usage
	where trend in ('falling', 'rising')
	union all
	select account, (select at from as_of), 'expansion', 'customer-success', 'seats', 'All seats are in use.'
	from account_adoption
	where seats_paid > 0 and seats_in_use >= seats_paid
	union all
	select account, (select at from as_of), 'risk', 'customer-success', 'seats',
		'Fewer than half of its seats are in use: ' || seats_in_use || ' of ' || seats_paid || '.'
	from account_adoption
	where seats_paid >= 10 and seats_in_use * 2 < seats_paid
)
select happened.*, owner
from happened left join account_owner using (account);

comment on view account_signal is 'What speaks for an account or against it: what happened, when, in a sentence; the team that owns it, and who looks after the account.';

-- What is paid by now and ends: one row for each product of an account.
create or replace view renewal as
with seats as (
	select value as account, sum(sum) as in_use
	from kpi_cell
	where series = 'billing.seats@1:account' and window_kind = 'month'
	group by value
), paid as (
	select shard, subject, body::jsonb ->> 'account' as account, at as due, began_at as since, body::jsonb ->> 'product' as product,
		body::jsonb ->> 'status' as status, coalesce((body::jsonb ->> 'units')::bigint, 0) as seats
	from observation
	where kind = 'renewal'
), said as (
	select shard, paid.subject, speaks_of, team, sentence
	from paid join account_signal on account_signal.account = paid.account
	where at > (select at from as_of) - interval '2160 hours'
	union all
	select shard, subject, 'risk', 'customer-success', 'It was cancelled and ends then.' from paid where status = 'cancelling'
	union all
	select shard, subject, 'risk', 'finance', 'It is past due.' from paid where status = 'grace'
), spoken as (
	select shard, subject,
		array_agg(distinct sentence order by sentence) filter (where speaks_of = 'risk') as risks,
		array_agg(distinct sentence order by sentence) filter (where speaks_of = 'expansion') as expansions,
		array_agg(distinct team order by team) as teams
	from said
	group by shard, subject
)
select paid.account, product, due, paid.since, status, seats, coalesce(in_use, 0) as seats_in_use, risks, expansions, teams,
	due between (select at from as_of) and (select at from as_of) + interval '2160 hours' as within_90_days,
	owner
from paid
left join spoken using (shard, subject)
left join seats on seats.account = paid.account
left join account_owner on account_owner.account = paid.account;

comment on view renewal is 'What is paid by now and ends: when, with what speaks for the account and against it in sentences, the teams of these, and who looks after the account.';
