-- 0025_agreed - which contracts nothing bills.

alter table customer
	add column missed text; -- their ids, each with a line feed behind it; null: all are billed, or not due
