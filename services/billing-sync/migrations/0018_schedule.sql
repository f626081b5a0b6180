-- 0018_schedule - what of an invoice is earned when, for who looks at the books without the daemon.

-- A line each: the day of the booking, ",<first day>+<days>=<minor units>" for each part, a space, the line's id.
-- Days since 1970; a part's first days have a unit more where it does not divide. Null: nothing is earned later, or
-- it is too long to tell.
alter table deferral add column schedule text;
