-- 0016_creditable - credit notes that are asked for.

-- What may still be credited of an invoice of which something was credited, went back, or is asked for.
create table creditable (
	shard       int   not null,
	customer_id text  collate "C" not null,
	invoice_id  text  collate "C" not null,
	body        bytea not null, -- crediting_encode
	primary key (shard, customer_id, invoice_id)
);
