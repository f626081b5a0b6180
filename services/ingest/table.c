/*
 * table - the state tables of ingest; migrations/ says what each column means.
 */
#include "services/ingest/ingest.h"

static const struct column natural_id_columns[] = {
	COLUMN(struct natural_id_row, source),
	COLUMN(struct natural_id_row, id_digest),
	COLUMN(struct natural_id_row, digests),
	COLUMN(struct natural_id_row, request_id),
	COLUMN_END,
};
const struct state_table natural_id_table = { .name = "natural_id",
	                                      .columns = natural_id_columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct natural_id_row) };

static const struct column intake_chunk_columns[] = {
	COLUMN(struct intake_chunk_row, request_id),
	COLUMN(struct intake_chunk_row, digest),
	COLUMN(struct intake_chunk_row, place),
	COLUMN(struct intake_chunk_row, body),
	COLUMN_END,
};
const struct state_table intake_chunk_table = { .name = "intake_chunk",
	                                        .columns = intake_chunk_columns,
	                                        .key_columns = 3,
	                                        .row_size = sizeof(struct intake_chunk_row) };

static const struct column mail_thread_columns[] = {
	COLUMN(struct mail_thread_row, mailbox),
	COLUMN(struct mail_thread_row, message_digest),
	COLUMN(struct mail_thread_row, ticket_id),
	COLUMN_END,
};
const struct state_table mail_thread_table = { .name = "mail_thread",
	                                       .columns = mail_thread_columns,
	                                       .key_columns = 2,
	                                       .row_size = sizeof(struct mail_thread_row) };

static const struct column attachment_columns[] = {
	COLUMN(struct attachment_row, digest),
	COLUMN(struct attachment_row, size),
	COLUMN(struct attachment_row, request_id),
	COLUMN_END,
};
const struct state_table attachment_table = { .name = "attachment",
	                                      .columns = attachment_columns,
	                                      .key_columns = 1,
	                                      .row_size = sizeof(struct attachment_row) };

static const struct column attachment_part_columns[] = {
	COLUMN(struct attachment_part_row, digest),
	COLUMN(struct attachment_part_row, place),
	COLUMN(struct attachment_part_row, body),
	COLUMN_END,
};
const struct state_table attachment_part_table = { .name = "attachment_part",
	                                           .columns = attachment_part_columns,
	                                           .key_columns = 2,
	                                           .row_size = sizeof(struct attachment_part_row) };

static const struct column account_columns[] = {
	COLUMN(struct account_row, account_id),
	COLUMN(struct account_row, version),
	COLUMN(struct account_row, contact_keys),
	COLUMN_END,
};
const struct state_table account_table = { .name = "account",
	                                   .columns = account_columns,
	                                   .key_columns = 1,
	                                   .row_size = sizeof(struct account_row) };

static const struct column contact_columns[] = {
	COLUMN(struct contact_row, contact_key),
	COLUMN(struct contact_row, account_id),
	COLUMN(struct contact_row, tier),
	COLUMN(struct contact_row, tier_verbatim),
	COLUMN(struct contact_row, region),
	COLUMN(struct contact_row, time_zone),
	COLUMN(struct contact_row, account_version),
	COLUMN(struct contact_row, tickets),
	COLUMN_END,
};
const struct state_table contact_table = { .name = "contact",
	                                   .columns = contact_columns,
	                                   .key_columns = 1,
	                                   .row_size = sizeof(struct contact_row) };

static const struct column ticket_columns[] = {
	COLUMN(struct ticket_row, ticket_id),
	COLUMN(struct ticket_row, opened),
	COLUMN(struct ticket_row, status),
	COLUMN(struct ticket_row, status_verbatim),
	COLUMN(struct ticket_row, priority),
	COLUMN(struct ticket_row, assignee),
	COLUMN(struct ticket_row, team),
	COLUMN(struct ticket_row, account_id),
	COLUMN(struct ticket_row, account_rule),
	COLUMN(struct ticket_row, account_version),
	COLUMN(struct ticket_row, tier),
	COLUMN(struct ticket_row, contact_key),
	COLUMN(struct ticket_row, tags),
	COLUMN(struct ticket_row, messages),
	COLUMN(struct ticket_row, opened_at),
	COLUMN(struct ticket_row, changed_at),
	COLUMN(struct ticket_row, next_ticket_id),
	COLUMN(struct ticket_row, early),
	COLUMN_END,
};
const struct state_table ticket_table = { .name = "ticket",
	                                  .columns = ticket_columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct ticket_row) };

static const struct column ticket_account_columns[] = {
	COLUMN(struct ticket_account_row, account_id),
	COLUMN(struct ticket_account_row, tier),
	COLUMN(struct ticket_account_row, tier_verbatim),
	COLUMN(struct ticket_account_row, region),
	COLUMN(struct ticket_account_row, time_zone),
	COLUMN(struct ticket_account_row, version),
	COLUMN_END,
};
const struct state_table ticket_account_table = { .name = "ticket_account",
	                                          .columns = ticket_account_columns,
	                                          .key_columns = 1,
	                                          .row_size = sizeof(struct ticket_account_row) };

static const struct column account_ticket_columns[] = {
	COLUMN(struct account_ticket_row, account_id),
	COLUMN(struct account_ticket_row, ticket_id),
	COLUMN_END,
};
const struct state_table account_ticket_table = { .name = "account_ticket",
	                                          .columns = account_ticket_columns,
	                                          .key_columns = 2,
	                                          .row_size = sizeof(struct account_ticket_row),
	                                          .resident = true };
