-- 0031_charged - a charge that becomes another, and one that is settled by several balance transactions.

alter table charged add column cleared bigint not null default 0; -- of presented, by its balance transactions
alter table charged add column corrected bigint not null default 0; -- of settled, when the charge's rate became another
alter table charged add column settled_at timestamptz; -- the latest of its balance transactions; null: not known

-- The one that settled it took all of it, and what it had otherwise to suspense.
update charged set cleared = presented where settled_currency is not null;
