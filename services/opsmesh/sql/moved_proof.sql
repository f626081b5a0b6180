-- moved_proof - the provider's balance by currency, from its own transactions: at the start, what was added, what was
-- paid out, at the end; what of that is on its way to the bank and what nobody has booked yet; what the books have; what
-- the provider stated last and what that is off by (null: it stated nothing). $1 from, $2 before.
with told as (
	select currency, coalesce(sum(amount - fee) filter (where at < $1::timestamptz), 0) as starting,
		coalesce(sum(case when paid_out then -fee else amount - fee end) filter (where at >= $1::timestamptz), 0) as net,
		coalesce(-sum(amount) filter (where paid_out and at >= $1::timestamptz), 0) as paid_out,
		sum(amount - fee) as ending, coalesce(-sum(amount) filter (where paid_out), 0) as sent,
		coalesce(sum(amount - fee) filter (where state = 'waits'), 0) as waits
	from moved
	where at < $2::timestamptz
	group by currency
), arrived as (
	select currency, -sum(minor) as minor
	from balance_entry
	where account = 'cash_in_transit' and at < $2::timestamptz
		and (reason = 'payout' or reverses like 'payout/%')
	group by currency
), books as (
	select currency, sum(minor) as minor
	from book
	where account = 'cash_in_transit' and at < $2::timestamptz
	group by currency
), stated_off as (
	select s.currency, max(s.minor) - coalesce(sum(m.amount - m.fee), 0) as minor
	from stated s
	left join moved m on m.currency = s.currency and m.at <= s.at
	where s.at < $2::timestamptz
	group by s.currency
)
select currency, coalesce(t.starting, 0)::bigint, coalesce(t.net, 0)::bigint, coalesce(t.paid_out, 0)::bigint,
	coalesce(t.ending, 0)::bigint, (coalesce(t.sent, 0) - coalesce(a.minor, 0))::bigint,
	coalesce(t.waits, 0)::bigint, coalesce(b.minor, 0)::bigint, (s.minor is not null)::int::bigint,
	coalesce(s.minor, 0)::bigint
from told t
full join arrived a using (currency)
full join books b using (currency)
full join stated_off s using (currency)
order by currency
