-- case_look - cases of disputes as they stand. $1 home, $2 the provider's id, each empty: any; $3 1: open ones alone.
select c.home, c.dispute_id, c.stage, c.state, c.status, c.payment_id, c.customer_id, c.reason, c.network, c.code,
	c.amount, coalesce(c.currency, ''), c.created_at, c.opened_at, c.due_by, c.deadline, coalesce(c.owner, ''), c.queue,
	c.response, coalesce(c.decision, ''), c.kept, coalesce(o.lacks, 0), o.dispute_id is not null,
	(select nullif(s.now, '-infinity') from shard s where s.stage = 'case' and s.shard = c.shard)
from dispute_case c
left join open_case o on o.shard = c.shard and o.home = c.home and o.dispute_id = c.dispute_id
where ($1::text = '' or c.home = $1) and ($2::text = '' or c.dispute_id = $2)
	and ($3::bigint = 0 or o.dispute_id is not null)
order by c.home, c.dispute_id
