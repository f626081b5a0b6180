-- 0003_renewal - what is to be renewed, and what speaks for it and against it, for whoever talks to customers.
--
-- Views alone, over what was observed and counted; "as of" is when a figure was said last, which is mesh time and not the server's.
-- Nothing is weighed and nothing is guessed: a signal is something that happened, with the sentence that says it, and who owns it.

-- When a figure was said last.
create view as_of as
select max(said_at) as at from kpi_cell;

-- What happened at an account that bears on whether it stays or grows, each with its time, the team that owns it, and what it was.
create view account_signal as
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
select body::jsonb ->> 'account', opened_at, 'risk', 'support', subject, 'A ticket of which somebody had to hear at once is not solved.'
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
where series = 'billing.mrr_moved@1:account' and window_kind = 'month' and sum <> 0;

-- What is paid by now and ends: one row for each product of an account.
create view renewal as
with seats as (
	select value as account, sum(sum) as in_use
	from kpi_cell
	where series = 'billing.seats@1:account' and window_kind = 'month'
	group by value
), paid as (
	select body::jsonb ->> 'account' as account, at as due, began_at as since, body::jsonb ->> 'product' as product,
		body::jsonb ->> 'status' as status, coalesce((body::jsonb ->> 'units')::bigint, 0) as seats
	from observation
	where kind = 'renewal'
), signal as (
	select account, at, speaks_of, team, sentence
	from account_signal
	where at > (select at from as_of) - interval '90 days'
	union all
	select account, due, 'risk', 'customer-success', 'It was cancelled and ends then.' from paid where status = 'cancelling'
	union all
	select account, due, 'risk', 'finance', 'It is past due.' from paid where status = 'grace'
	union all
	select paid.account, due, 'expansion', 'customer-success', 'All seats are in use.'
	from paid join seats on seats.account = paid.account
	where paid.seats > 0 and in_use >= paid.seats
)
select paid.account, product, due, since, status, seats, coalesce(in_use, 0) as seats_in_use,
	(select array_agg(distinct sentence order by sentence) from signal where account = paid.account and speaks_of = 'risk') as risks,
	(select array_agg(distinct sentence order by sentence) from signal where account = paid.account and speaks_of = 'expansion') as expansions,
	(select array_agg(distinct team order by team) from signal where account = paid.account) as teams,
	due between (select at from as_of) and (select at from as_of) + interval '90 days' as within_90_days
from paid left join seats on seats.account = paid.account;
