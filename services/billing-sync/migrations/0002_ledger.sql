-- 0002_ledger - the journal of the ledger: one row a line, append only, zero in every currency.
--
-- A transaction is the rows of one transaction_id of a shard. That its lines sum to zero in every currency is
-- journal_seal's rule, and here the same rule holds whoever writes. What was booked is not changed: the role
-- that books has no right to UPDATE, DELETE or TRUNCATE, and, because a table's owner can give itself any
-- right again, a trigger refuses them all the same. Corrections are reversals. Accounts are those of the
-- chart (deploy/policies/chart).

create table entry (
	shard          int         not null,
	transaction_id text        collate "C" not null, -- "<reason>/<object>": the same thing is booked once
	line           bigint      not null,             -- from 1
	at             timestamptz not null,             -- when it happened in the business
	booked_at      timestamptz not null,             -- mesh time when it was booked
	account        text        collate "C" not null,
	currency       text        collate "C" not null, -- ISO 4217
	minor          bigint      not null,             -- minor units by ISO 4217, debit above zero
	customer_id    text        collate "C",          -- null: nobody is known
	object_id      text        collate "C",          -- what the amount is about; null: nothing
	cause          text        not null,             -- ce_id of the fact that caused it
	reason         text        not null,             -- the rule: "charge", "reversal"
	reverses       text        collate "C",          -- transaction that it undoes; null: none
	primary key (shard, transaction_id, line),
	constraint entry_line check (line between 1 and 16),
	constraint entry_minor check (minor <> 0 and minor > -9223372036854775808),
	constraint entry_currency check (currency ~ '^[A-Z]{3}$')
);

-- Whoever asks for a statement of a customer, and what is about one object.
create index entry_customer on entry (customer_id, at) where customer_id is not null;
create index entry_object on entry (object_id) where object_id is not null;
-- A transaction is undone once.
create unique index entry_reverses on entry (shard, reverses, line) where reverses is not null;

-- The runtime writes all lines of a table that a batch adds in one statement, and so must whoever else writes:
-- what one statement adds is zero for each transaction, and since nothing is ever changed, so is the whole. It
-- costs 1 us a line, where a deferred trigger for each line costs 8.
create function entry_balance() returns trigger language plpgsql as $$
declare
	wrong text;
begin
	select format('%s in %s', transaction_id, currency) into wrong
	from added
	group by shard, transaction_id, currency
	having sum(minor) <> 0
	limit 1;
	if wrong is not null then
		raise exception 'it does not sum to zero: transaction %', wrong
			using errcode = 'check_violation', constraint = 'entry_balance', table = 'entry';
	end if;
	return null;
end
$$;

create trigger entry_balance after insert on entry referencing new table as added
for each statement execute function entry_balance();

create function entry_append_only() returns trigger language plpgsql as $$
begin
	raise exception 'what was booked is not changed: reverse it' using errcode = 'insufficient_privilege';
end
$$;

create trigger entry_append_only before update or delete or truncate on entry
for each statement execute function entry_append_only();

revoke update, delete, truncate on entry from current_user;
