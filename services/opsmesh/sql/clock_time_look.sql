-- clock_time_look - the mesh time of those who watch the clocks; null: none has any.
select max(now) from shard where stage = 'clock' and now <> '-infinity'
