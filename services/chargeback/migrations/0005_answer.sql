-- 0005_answer - what was asked for first in each stage of a dispute, so that no other case of it asks again.
--
-- Every row carries its shard. Times are UTC. Stage answer.

create table answer (
	shard      int    not null,
	dispute_id text   collate "C" not null,
	stage      bigint not null, -- 2 an inquiry, 3 a chargeback
	case_id    text   not null, -- who asked: case/<home>/<dispute>
	request_id text   not null,
	digest     text,            -- of the packet; null: the dispute is given up
	asked_at   timestamptz not null,
	primary key (shard, dispute_id, stage)
);
