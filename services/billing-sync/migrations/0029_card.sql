-- 0029_card - attempts of a card are counted over all its customers: a row of its own for each card. What was counted
-- for each customer alone is not carried over: rows of other shards cannot be reached from here, and the longest budget
-- is over after 30 days.

drop table card;

create table card (
	shard int   not null,
	card  text  collate "C" not null, -- "<network>/<fingerprint>"
	body  bytea not null, -- attempt_encode: the newest attempts that failed
	users bytea not null, -- card_users_encode: for whom it was tried
	primary key (shard, card)
);
