-- case_shard_look - the mesh time of every shard that keeps cases of disputes; null: none, or nobody has owned it yet.
select 'case', n.shard, nullif(s.now, '-infinity')
from (select distinct shard from shard) n
left join shard s on s.stage = 'case' and s.shard = n.shard
order by n.shard
