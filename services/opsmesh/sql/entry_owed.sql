-- entry_owed - what changed what a customer owes, each transaction as one; first, without a time, what was owed
-- before. A payment that is applied to an invoice moves within and changes nothing. $1 from, $2 before, $3 customer.
select null::timestamptz as at, null::timestamptz as booked_at, '' as transaction_id, 0::bigint as line,
	'' as account, currency, sum(minor)::bigint as minor, $3::text as customer_id, '' as object_id,
	'' as reason, '' as reverses, '' as cause
from entry
where customer_id = $3::text and account in ('receivable', 'credits') and at < $1::timestamptz
group by currency
having sum(minor) <> 0
union all
select at, booked_at, transaction_id, min(line), account, currency, sum(minor)::bigint, $3::text,
	coalesce(min(object_id), ''), reason, coalesce(reverses, ''), cause
from entry
where customer_id = $3::text and account in ('receivable', 'credits')
	and at >= $1::timestamptz and at < $2::timestamptz
group by shard, at, booked_at, transaction_id, account, currency, reason, reverses, cause
having sum(minor) <> 0
order by at nulls first, booked_at, transaction_id, currency, line
