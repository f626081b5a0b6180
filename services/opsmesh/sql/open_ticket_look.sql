-- open_ticket_look - tickets that nobody has finished, as they stand. $1 $2 statuses that are final.
select ticket_id, status, priority, tier, coalesce(account_id, ''), coalesce(assignee, ''),
	coalesce(team, ''), opened_at
from ticket
where opened and status not in ($1::bigint, $2::bigint)
order by opened_at, ticket_id
