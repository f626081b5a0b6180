-- 0008_dunning - what charges may still give back.

create table refundable (
	shard       int   not null,
	customer_id text  collate "C" not null,
	charge_id   text  collate "C" not null,
	body        bytea not null, -- refund_encode: charged, given back, approved, disputed
	primary key (shard, customer_id, charge_id)
);
