-- 0002_timer_due - timers are loaded as their time comes, the earliest first.
create index timer_due on timer (stage, shard, due);
