-- open_clock_look - all that was said about the clocks of tickets that have one still running, in order.
select f.message
from fact f
where f.topic = 'ops.sla.v1' and f.key in (
	select convert_to(t.ticket_id, 'UTF8') from sla_ticket t
	where t.next_due is not null or t.overdue > 0 or t.status not in ('solved', 'closed'))
order by f.stream, f.sequence
