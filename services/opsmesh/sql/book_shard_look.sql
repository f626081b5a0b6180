-- book_shard_look - the mesh time of every shard that keeps books; null: it has none, or nobody has owned it yet.
select n.shard, nullif(s.now, '-infinity')
from (select distinct shard from shard) n
left join shard s on s.stage = 'customer' and s.shard = n.shard
order by n.shard
