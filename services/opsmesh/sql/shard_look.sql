-- shard_look - where every shard of a schema stands, for people.
select s.stage, s.shard, s.epoch, s.now, s.sequence, s.published, s.owner,
	(select j.left_out from batch_journal j where j.stage = s.stage and j.shard = s.shard
		order by j.number desc limit 1),
	(select count(*) from dead_letter d where d.stage = s.stage and d.shard = s.shard),
	(select count(distinct p.park_key) from parked p where p.stage = s.stage and p.shard = s.shard)
from shard s
order by s.stage, s.shard
