-- entry_sum - what was added to each account and taken from it. $1 from, $2 before, $3 customer; '' anyone.
select currency, account, coalesce(sum(minor) filter (where minor > 0), 0)::bigint,
	coalesce(-sum(minor) filter (where minor < 0), 0)::bigint
from book
where at >= $1::timestamptz and at < $2::timestamptz and ($3::text = '' or customer_id = $3::text)
group by currency, account
order by currency, account
