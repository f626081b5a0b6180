-- entry_owed - the lines that change what a customer owes, or has used that is not billed yet, those of one transaction
-- and account beside each other, receivables before credits. They are summed where they are shown: to group them here
-- takes twice as long as to find them. $1 from, $2 before, $3 customer.
select at, booked_at, transaction_id, line, account, currency, minor, $3::text, coalesce(object_id, ''), reason,
	coalesce(reverses, ''), cause
from entry
where customer_id = $3::text and account in ('receivable', 'credits', 'unbilled_receivable')
	and at >= $1::timestamptz and at < $2::timestamptz
order by at, booked_at, transaction_id, currency, account desc, line
