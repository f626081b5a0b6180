-- 0005_receivable - which charge pays which invoice, and what is settled outside of the provider.

-- A charge, or a payment intent, and what is said of the invoices that it pays.
create table payment (
	shard       int    not null,
	customer_id text   collate "C" not null,
	payment_id  text   collate "C" not null,
	other_id    text,            -- of a charge its payment intent, of that its charge; null: not known
	currency    text,            -- null: it is no charge, or none that was booked
	presented   bigint not null, -- what was charged, minor units by ISO 4217
	charged_at  timestamptz,
	said        bytea,           -- applied_encode; null: nobody said anything
	returned    bytea,           -- returned_encode: what refunds and disputes took; null: nothing
	shared      bytea,           -- returned_shares_encode: whose that was, as it is booked
	primary key (shard, customer_id, payment_id)
);

create table receivable (
	shard       int    not null,
	customer_id text   collate "C" not null,
	invoice_id  text   collate "C" not null,
	currency    text,            -- null: it was not heard of itself
	due         bigint not null, -- minor units by ISO 4217
	applied     bigint not null, -- of charges
	outside_at  timestamptz,     -- it was paid outside of the provider; null: it was not
	primary key (shard, customer_id, invoice_id)
);

alter table charged drop column applied;

-- What a list page had otherwise than the mirror, until something explains it.
alter table object add column swept text; -- sweep_word; null: nothing
alter table object add column swept_at timestamptz; -- when the state was made that had stood then

create index object_swept on object (object_id) where swept is not null;

-- When the first webhook of the shard was made: what is older than that nobody had told us of.
create table webhooks (
	shard int         not null,
	name  text        collate "C" not null, -- the provider's
	since timestamptz,
	primary key (shard, name)
);
