-- entry_owed_before - what a customer owed before a time, and had used that was not billed. $1 the time, $2 customer.
select currency, coalesce(sum(minor) filter (where account <> 'unbilled_receivable'), 0)::bigint,
	coalesce(sum(minor) filter (where account = 'unbilled_receivable'), 0)::bigint
from entry
where customer_id = $2::text and account in ('receivable', 'credits', 'unbilled_receivable') and at < $1::timestamptz
group by currency
order by currency
