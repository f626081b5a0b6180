-- 0009_sealed - to which time of the books a line belongs once periods are closed.

-- The books, whichever stage booked. A line that was booked after its day was closed belongs to the first open one:
-- belongs_at, elsewhere at.
create or replace view book as
select shard, transaction_id, line, at, booked_at, account, currency, minor, customer_id, object_id, cause, reason,
	reverses, cut, greatest(at, (select max(p.cut_at) from period p where p.cut <= entry.cut)) as belongs_at
from entry
union all
select shard, transaction_id, line, at, booked_at, account, currency, minor, customer_id, object_id, cause, reason,
	reverses, cut, greatest(at, (select max(p.cut_at) from period p where p.cut <= balance_entry.cut))
from balance_entry;
