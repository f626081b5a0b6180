-- book_shard_look - the mesh time of every shard that keeps books, of either stage; null: none, or nobody has owned it yet.
select b.stage, n.shard, nullif(s.now, '-infinity')
from (values ('customer'), ('payout')) b (stage)
cross join (select distinct shard from shard) n
left join shard s on s.stage = b.stage and s.shard = n.shard
order by b.stage, n.shard
