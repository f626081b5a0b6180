-- 0030_usage - corrections and cancellations of usage that come before the event that they are about.

-- The whole event (UsageEvent), while it waits for the one that it refers to; null: it does not.
alter table reported add column held bytea;

-- The keys of events that wait for this one, a line each; null: none. It has no body until it comes itself.
alter table reported add column waiting text;
alter table reported alter column body drop not null;
