-- 0033_disputed - what of a charge disputes have taken.

-- Minor units of ISO 4217. Of rows from before it is what disputes take from now on.
alter table charged add column disputed bigint not null default 0;
