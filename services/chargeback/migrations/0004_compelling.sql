-- 0004_compelling - before a dispute: which payments of a card can prove another, which payments are marked; and whether chances came true.
--
-- Every row carries its shard. Stage case.

create table payment_mark (
	shard      int  not null,
	home       text collate "C" not null,
	payment_id text collate "C" not null,
	dispute_id text, -- that came of it first; null: none
	warning_id text, -- the early fraud warning that came of it first; null: none
	primary key (shard, home, payment_id)
);

create table compelling_card (
	shard       int   not null,
	home        text  collate "C" not null,
	fingerprint text  collate "C" not null, -- the provider's name for the card's number
	kept        bytea not null,             -- CardKept: 64 payments at most, spread over time
	primary key (shard, home, fingerprint)
);

create table case_calibration (
	shard             int    not null,
	band              bigint not null, -- of the chance that was predicted: 0 to 9, a tenth each
	decided           bigint not null, -- disputes that were answered and decided
	won               bigint not null,
	predicted_sum_ppm bigint not null, -- of them
	primary key (shard, band)
);
