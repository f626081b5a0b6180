-- schedule_look - what of an invoice's lines is earned when, and the first day of the books that is not booked in its
-- currency; 0: none is. $1 customer, $2 invoice.
select d.currency, d.schedule, coalesce(e.day, 0)
from deferral d
left join earning e on e.shard = d.shard and e.currency = d.currency
where d.shard in (select shard from shard where stage = 'customer') and d.customer_id = $1::text
	and d.invoice_id = $2::text and d.schedule is not null
