-- 0020_moved - what states of an object named that were stale, or that nobody could be told of.

alter table object add column named bytea; -- NamedList: with the earliest time of each; null: nothing
