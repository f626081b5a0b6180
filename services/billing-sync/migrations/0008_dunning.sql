-- 0008_dunning - what charges may still give back, how often cards were tried, how what is owed is collected, and the
-- tickets that hold that.

create table refundable (
	shard       int   not null,
	customer_id text  collate "C" not null,
	charge_id   text  collate "C" not null,
	invoice_id  text, -- that it is for; null: not known
	body        bytea not null, -- refund_encode: charged, given back, approved, disputed
	primary key (shard, customer_id, charge_id)
);

create table card (
	shard       int   not null,
	customer_id text  collate "C" not null,
	card        text  collate "C" not null, -- "<network>/<fingerprint>"
	body        bytea not null, -- attempt_encode: the newest attempts that failed
	primary key (shard, customer_id, card)
);

-- Of a customer, the invoices that are open now.
create table owed (
	shard       int   not null,
	customer_id text  collate "C" not null,
	body        bytea not null, -- owed_encode
	tickets     bytea, -- BillingTicketList: those about money that are open; null: none
	primary key (shard, customer_id)
);

create table dunning (
	shard       int   not null,
	customer_id text  collate "C" not null,
	invoice_id  text  collate "C" not null,
	status      text  not null, -- idle, running, recovered, over, stopped
	body        bytea not null, -- dunning_encode
	primary key (shard, customer_id, invoice_id)
);

-- Whoever asks what is being collected.
create index dunning_running on dunning (customer_id) where status = 'running';

-- Which tickets are about money.
create table claim (
	shard      int     not null,
	ticket_id  text    collate "C" not null,
	account_id text,    -- null: not known
	invoices   text,    -- ids that it names, a line each; null: none
	billing    boolean not null, -- the last word about its category
	closed     boolean not null, -- solved or closed
	primary key (shard, ticket_id)
);

alter table account add column tickets bytea; -- BillingTicketList: those about money that are open; null: none
