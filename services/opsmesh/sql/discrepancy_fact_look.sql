-- discrepancy_fact_look - all that was said of the discrepancies of customers who have one, in order. $1 1: also
-- of those who have none open any more.
select f.message
from fact f
where f.topic = 'ops.billing.v1' and f.type like 'ops.billing.discrepancy%' and f.key in (
	select convert_to(d.customer_id, 'UTF8') from difference d where d.state = 'open' or $1::bigint = 1)
order by f.stream, f.sequence
