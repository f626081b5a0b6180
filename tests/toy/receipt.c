/*
 * receipt - what settlement asks for: a text kept as a blob, whose digest is the answer.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "sim/toy.pb-c.h"
#include "tests/toy/toy.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLISECOND_US 1000

struct receipt_row {
	const char *account;
	int64_t times; /* that one came */
	const char *digest;
};

static const struct column columns[] = { COLUMN(struct receipt_row, account),
	                                 COLUMN(struct receipt_row, times),
	                                 COLUMN(struct receipt_row, digest), COLUMN_END };
const struct state_table toyd_receipt_table = { .name = "receipt",
	                                        .columns = columns,
	                                        .key_columns = 1,
	                                        .row_size = sizeof(struct receipt_row) };

enum status toyd_ask_receipt(struct task *task, const char *account, int64_t count)
{
	Sim__V1__Toy request = SIM__V1__TOY__INIT;

	request.kind = text_mutable("receipt");
	request.key = text_mutable(account);
	request.number = count;
	return task_effect(task, "receipt", account, &request.base);
}

enum status toyd_on_receipt(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;
	struct receipt_row row = { .account = e->key };
	Sim__V1__Toy said = *e;

	(void)task_load(task, &toyd_receipt_table, &row);
	row.times++;
	row.digest = e->text;
	task_save(task, &toyd_receipt_table, &row);
	said.kind = text_mutable("receipted");
	return task_emit(task, &(struct emission){ .topic = TOYD_SETTLED,
	                                           .key = e->key,
	                                           .time = task->event->time,
	                                           .message = &said.base });
}

static Sim__V1__Toy *unpack(const struct effect_request *request, struct arena *arena)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, request->message, &message, problem));
	return (void *)message;
}

static enum status write_receipt(const struct effect_request *request, struct effect_answer *answer)
{
	const struct toyd_config *const config = request->config;
	Sim__V1__Toy *const e = unpack(request, answer->arena);
	const struct bytes text =
	    bytes_of(arena_printf(answer->arena, "%s: %lld", e->key, (long long)e->number));
	uint8_t digest[DIGEST_SIZE];

	if (strncmp(e->key, "deadly", 6) == 0)
		abort();
	(void)poll(NULL, 0, (int)(config->receipt.us / MILLISECOND_US));
	digest_sha256(text, digest);
	e->text = text_hex(answer->arena, (struct bytes){ digest, sizeof(digest) });
	snprintf(answer->reason, sizeof(answer->reason), "the blobs are away");
	TRY(effect_blob_put(request->blobs, e->text, text));
	answer->message = proto_pack(answer->arena, &e->base);
	return STATUS_OK;
}

static void say_failed(const struct effect_request *request, const char *reason,
                       struct effect_answer *answer)
{
	Sim__V1__Toy *const e = unpack(request, answer->arena);

	e->text = text_mutable(reason);
	answer->message = proto_pack(answer->arena, &e->base);
}

const struct stage_effect toyd_effects[] = {
	{ .name = "receipt",
	  .doc = "Writes the receipt of an account.",
	  .run = write_receipt,
	  .failed = say_failed },
	{ .name = NULL },
};
