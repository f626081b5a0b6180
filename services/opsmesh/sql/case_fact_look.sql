-- case_fact_look - what was said under one key with these bytes in it, but for what stages ask of each other. $1 key,
-- $2 bytes.
select stream, sequence, topic, partition, key, type,
	coalesce(subject, nullif(convert_from(key, 'UTF8'), '')) as subject, time, mesh_time, message, headers
from fact
where key = $1::bytea and position($2::bytea in message) > 0
	and topic in ('ops.disputes.v1', 'ops.alerts.v1', 'ops.actions.v1', 'ops.billing.v1')
order by stream, sequence
