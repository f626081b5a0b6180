-- 0001_ingest - what ingest's three stages know now.
-- Every row carries its shard: partition n of all topics that the stage reads.

-- conversation: ids from outside, kept longer than anybody sends again.
create table natural_id (
	shard      int  not null,
	source     text not null, -- within which the id is unique: "stripe", "email/<mailbox>"
	id_digest  text not null, -- keyed hash of the id, hex
	digests    text not null, -- SHA-256 of each content that came under it, with a blank between
	request_id text not null, -- of the first
	primary key (shard, source, id_digest)
);

-- conversation: parts of a request too large for one record, until the last has come.
create table intake_chunk (
	shard      int    not null,
	request_id text   not null,
	digest     text   not null, -- SHA-256 of the whole, hex: other bytes may come under the same id
	place      bigint not null, -- from 0
	body       bytea  not null,
	primary key (shard, request_id, digest, place)
);

-- conversation: to which ticket a mail went, by its Message-ID.
create table mail_thread (
	shard          int  not null,
	mailbox        text not null,
	message_digest text not null, -- keyed hash of the Message-ID, hex
	ticket_id      text not null,
	primary key (shard, mailbox, message_digest)
);

-- conversation: files that came with mails, once for each content.
create table attachment (
	shard      int    not null,
	digest     text   not null, -- SHA-256 of the content, hex
	size       bigint not null, -- bytes
	request_id text   not null, -- of the first mail that brought it
	primary key (shard, digest)
);

create table attachment_part (
	shard  int    not null,
	digest text   not null,
	place  bigint not null, -- from 0; the content is all parts in order
	body   bytea  not null,
	primary key (shard, digest, place)
);

-- conversation: accounts as declared; the facts hold the rest.
create table account (
	shard        int    not null,
	account_id   text   not null,
	version      bigint not null, -- of the last declaration, from 1
	contact_keys text,            -- sorted, a line each
	primary key (shard, account_id)
);

-- directory: what is known under a contact key.
create table contact (
	shard           int    not null,
	contact_key     text   not null, -- "domain:<d>", "address:<hash>", "slack:<team>", "stripe:<customer>"
	account_id      text,            -- null: no account yet
	tier            bigint not null, -- opsmesh.v1.Tier
	tier_verbatim   text,
	region          text,
	time_zone       text,
	account_version bigint not null,
	tickets         text,            -- seen with it, newest last, a line each
	primary key (shard, contact_key)
);

-- ticket: every ticket as it stands.
create table ticket (
	shard           int     not null,
	ticket_id       text    not null,
	opened          boolean not null, -- false: only the directory has spoken of it
	status          bigint  not null, -- opsmesh.v1.TicketStatus
	status_verbatim text,
	priority        bigint  not null, -- opsmesh.v1.Priority
	assignee        text,
	team            text,
	account_id      text,             -- null: not resolved
	account_rule    bigint  not null, -- opsmesh.v1.ResolutionRule: by what the account was recognised
	account_version bigint  not null,
	tier            bigint  not null, -- opsmesh.v1.Tier
	contact_key     text,             -- strongest key of who asked
	tags            text,             -- sorted, a line each
	messages        bigint  not null, -- how many
	opened_at       timestamptz,
	changed_at      timestamptz,      -- when the status last moved
	next_ticket_id  text,             -- where messages go since it is closed
	early           bytea,            -- CustomerResolved that came before the ticket
	primary key (shard, ticket_id)
);

-- ticket: accounts, the same on every partition.
create table ticket_account (
	shard         int    not null,
	account_id    text   not null,
	tier          bigint not null, -- opsmesh.v1.Tier
	tier_verbatim text,
	region        text,
	time_zone     text,
	version       bigint not null,
	primary key (shard, account_id)
);

-- ticket: which open tickets an account has on this partition.
create table account_ticket (
	shard      int  not null,
	account_id text not null,
	ticket_id  text not null,
	primary key (shard, account_id, ticket_id)
);
