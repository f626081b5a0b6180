-- recommendation_look - what was recommended of the cases that are open, in order.
select f.message
from fact f
where f.topic = 'ops.disputes.v1' and f.type = 'ops.dispute.recommendation_made.v1' and f.subject in (
	select 'case/' || o.home || '/' || o.dispute_id from open_case o)
order by f.stream, f.sequence
