-- discrepancy_look - what does not add up, oldest first. $1 1: also what does by now, or was explained.
select d.discrepancy_id, d.customer_id, coalesce(c.account_id, ''), d.cause, d.state, d.opened_at,
	(select nullif(s.now, '-infinity') from shard s where s.stage = d.stage and s.shard = d.shard),
	coalesce(d.owner, ''), coalesce(d.acknowledged_by, ''), d.acknowledged_at
from difference d
left join customer c on c.shard = d.shard and c.customer_id = d.customer_id
where d.state = 'open' or $1::bigint = 1
order by d.opened_at, d.discrepancy_id
