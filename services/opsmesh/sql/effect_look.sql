-- effect_look - what each shard of a schema wants done outside and has no answer to: how many, and since when (mesh time).
select stage, shard, count(*), min(asked_at)
from effect_pending
group by stage, shard
order by stage, shard
