-- input_offset_look - where every shard of a schema goes on reading.
select stage, shard, topic, next_offset from input_offset order by stage, shard, topic
