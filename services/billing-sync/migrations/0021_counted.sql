-- 0021_counted - tickets about money, as many as there are.

-- Those that are open on an account.
create table billing_ticket (
	shard      int  not null,
	account_id text collate "C" not null,
	ticket_id  text collate "C" not null,
	invoices   text, -- ids that it names, a line each; null: none
	primary key (shard, account_id, ticket_id)
);

-- Those that are open on an account of the customer's, for each invoice that they name.
create table customer_ticket (
	shard       int  not null,
	customer_id text collate "C" not null,
	invoice_id  text collate "C" not null, -- empty: it names none, and is about all
	ticket_id   text collate "C" not null,
	account_id  text collate "C" not null, -- whose it is; empty: not known
	primary key (shard, customer_id, invoice_id, ticket_id, account_id)
);

-- They were lists in rows of others, packed: field 1 for each ticket, in which 1 is its id and 3 an invoice.
create function packed_fields(packed bytea) returns table (place int, field int, value bytea) language plpgsql as $$
declare
	tag int;
	octet int;
	size int;
	bits int;
begin
	place := 0;
	while place < length(packed) loop
		tag := get_byte(packed, place);
		place := place + 1;
		size := 0;
		bits := 0;
		loop
			octet := get_byte(packed, place);
			place := place + 1;
			size := size | ((octet & 127) << bits);
			bits := bits + 7;
			exit when octet < 128;
		end loop;
		field := tag >> 3;
		value := null;
		if tag & 7 = 2 then
			value := substring(packed from place + 1 for size);
			place := place + size;
		end if;
		return next;
	end loop;
end $$;

insert into billing_ticket (shard, account_id, ticket_id, invoices)
select account.shard, account.account_id,
	(select convert_from(value, 'UTF8') from packed_fields(ticket.value) where field = 1),
	(select string_agg(convert_from(value, 'UTF8') || E'\n', '' order by place)
		from packed_fields(ticket.value) where field = 3)
from account, packed_fields(account.tickets) as ticket;

insert into customer_ticket (shard, customer_id, invoice_id, ticket_id, account_id)
select distinct owed.shard, owed.customer_id, coalesce(convert_from(invoice.value, 'UTF8'), ''),
	(select convert_from(value, 'UTF8') from packed_fields(ticket.value) where field = 1), ''
from owed, packed_fields(owed.tickets) as ticket
	left join lateral (select value from packed_fields(ticket.value) where field = 3) as invoice on true;

drop function packed_fields(bytea);
alter table account drop column tickets;
alter table owed drop column tickets;
