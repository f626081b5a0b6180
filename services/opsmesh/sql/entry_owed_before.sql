-- entry_owed_before - what a customer owed before a time. $1 the time, $2 customer.
select currency, sum(minor)::bigint
from entry
where customer_id = $2::text and account in ('receivable', 'credits') and at < $1::timestamptz
group by currency
having sum(minor) <> 0
order by currency
