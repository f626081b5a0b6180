-- 0014_actions - what people do about discrepancies.

alter table discrepancy
	add column owner           text,        -- whom it was given to; null: nobody
	add column acknowledged_by text,        -- who has seen it since it was opened; null: nobody
	add column acknowledged_at timestamptz;
alter table balance_discrepancy
	add column owner           text,
	add column acknowledged_by text,
	add column acknowledged_at timestamptz;

create or replace view difference as
select shard, customer_id, discrepancy_id, cause, state, opened_at, 'customer' as stage, owner, acknowledged_by,
	acknowledged_at
from discrepancy
union all
select shard, customer_id, discrepancy_id, cause, state, opened_at, 'payout', owner, acknowledged_by, acknowledged_at
from balance_discrepancy;
