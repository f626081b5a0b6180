-- outcome_look - what became of disputes whose chance was predicted, as it was said by a mesh time, in the order in which it
-- happened. $1 mesh time.
select f.message
from fact f
where f.topic = 'ops.disputes.v1' and f.type = 'ops.dispute.outcome_compared.v1' and f.mesh_time <= $1::timestamptz
order by f.time, f.stream, f.sequence
