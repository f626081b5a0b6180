-- 0004_timer_due_only - the index by time is for who asks by time. Without the condition the planner, which does not
-- know a new table, takes it for a timer's removal too, and reads all timers of the shard for each.
drop index timer_due;
create index timer_due on timer (stage, shard, due) where due is not null;
