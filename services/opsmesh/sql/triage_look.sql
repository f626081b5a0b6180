-- triage_look - what the classifier takes tickets for. $1 tickets.
select ticket_id, coalesce(intent, ''), coalesce(category, ''), coalesce(priority, ''), coalesce(queue, ''),
	needs_human
from triage
where ticket_id = any($1::text[])
