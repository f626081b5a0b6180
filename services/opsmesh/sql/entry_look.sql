-- entry_look - the lines of transactions, each currency of one together. $1 from, $2 before, $3 customer, of
-- whom there are whole transactions that touch him; '' all.
select at, booked_at, transaction_id, line, account, currency, minor, coalesce(customer_id, ''),
	coalesce(object_id, ''), reason, coalesce(reverses, ''), cause
from book
where at >= $1::timestamptz and at < $2::timestamptz
	and ($3::text = '' or (shard, transaction_id) in
		(select shard, transaction_id from book where customer_id = $3::text))
order by at, booked_at, shard, transaction_id, currency, line
