-- dead_letter_look - the dead letters of a schema, and how many events wait behind each.
select d.stage, d.topic, d.shard, d.source, d.sequence, d.offset_, d.reason, d.attempts, d.refused_at,
	d.appended, d.park_key, d.key, d.value, d.headers,
	(select count(*) from parked p where p.stage = d.stage and p.shard = d.shard
		and p.park_key = d.park_key and p.position > 0)
from dead_letter d
order by d.refused_at, d.stage, d.shard, d.topic, d.source, d.sequence
