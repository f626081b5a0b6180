-- entry_look - the lines of transactions, each currency of one together. $1 from, $2 before, $3 customer, of
-- whom there are whole transactions that touch him; '' all. $4 as in entry_sum, by which they are apart.
select at, booked_at, transaction_id, line, account, currency, minor, coalesce(customer_id, ''),
	coalesce(object_id, ''), reason, coalesce(reverses, ''), cause,
	case when $4::bigint <> 0 and belongs_at >= $2::timestamptz then 3 else $4::bigint end as part, belongs_at
from book
where at < $2::timestamptz
	and (at >= $1::timestamptz or (belongs_at >= $1::timestamptz and belongs_at < $2::timestamptz))
	and ($3::text = '' or (shard, transaction_id) in
		(select shard, transaction_id from book where customer_id = $3::text))
order by part, at, booked_at, shard, transaction_id, currency, line
