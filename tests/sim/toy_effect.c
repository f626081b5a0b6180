/*
 * What the toy asks for, how it is run, and what becomes of the answers: two weighings of each ticket that was
 * opened, a stamp that the first of them leads to, and a word to somebody when a clock has ended.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/flow/effect.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "tests/sim/toy_inside.h"

#include <string.h>

enum status toy_ask(struct task *task, const char *name, const char *id, const Sim__V1__Toy *e)
{
	Sim__V1__Toy request = toy_with_kind(e, name);

	request.text = toy_text(id);
	request.bad = toy_text("");
	return task_effect(task, name, id, &request.base);
}

/* One weighing of each ticket with an even number cannot be done. */
static bool is_hopeless(const Sim__V1__Toy *request)
{
	const size_t size = strlen(request->text);

	return strcmp(request->kind, "weigh") == 0 && request->text[size - 1] == 'b' &&
	       (request->key[strlen(request->key) - 1] - '0') % 2 == 0;
}

static Sim__V1__Toy *unpack(const struct effect_request *request, struct arena *arena)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, request->message, &message, problem));
	return (void *)message;
}

static enum status keep(const struct effect_request *request, struct arena *arena)
{
	uint8_t digest[DIGEST_SIZE];
	struct bytes found;

	digest_sha256(request->message, digest);
	const char *const name = text_hex(arena, (struct bytes){ digest, sizeof(digest) });

	TRY(effect_blob_put(request->blobs, name, request->message));
	TRY(effect_blob_get(request->blobs, name, arena, &found));
	return bytes_equal(found, request->message) ? STATUS_OK : STATUS_FATAL;
}

static enum status run(const struct effect_request *request, struct effect_answer *answer)
{
	Sim__V1__Toy *const e = unpack(request, answer->arena);

	if (is_hopeless(e))
		return STATUS_REJECT;
	TRY(keep(request, answer->arena));
	e->kind = arena_printf(answer->arena, "%s-done", request->name);
	answer->message = proto_pack(answer->arena, &e->base);
	return STATUS_OK;
}

static void failed(const struct effect_request *request, const char *reason,
                   struct effect_answer *answer)
{
	Sim__V1__Toy *const e = unpack(request, answer->arena);

	(void)reason;
	e->kind = arena_printf(answer->arena, "%s-failed", request->name);
	answer->message = proto_pack(answer->arena, &e->base);
}

/* What an answer says depends on how many were folded before it: the order shows. */
static enum status say_answer(struct task *task, int topic, const Sim__V1__Toy *e)
{
	Sim__V1__Toy said = *e;

	TRY(toy_count(task, &said.number));
	return toy_say(task, topic, e->key, &said);
}

enum status toy_on_weighed(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	TRY(say_answer(task, TOY_TRIAGE, e));
	if (strncmp(e->kind, "weigh", 5) != 0)
		return STATUS_OK;
	TRY(toy_ask(task, "weigh", e->text, e)); /* it was answered: nothing happens */
	return toy_ask(task, "stamp", e->key, e);
}

enum status toy_on_told(struct task *task, const ProtobufCMessage *message)
{
	const Sim__V1__Toy *const e = (const void *)message;

	return toy_say(task, TOY_SLA, e->key, e);
}

const struct stage_effect toy_triage_effects[] = {
	{ .name = "stamp", .doc = "Stamps a ticket.", .run = run, .failed = failed },
	{ .name = "weigh", .doc = "Weighs a ticket.", .run = run, .failed = failed },
	{ .name = NULL },
};
const struct stage_effect toy_sla_effects[] = {
	{ .name = "tell", .doc = "Tells somebody.", .run = run, .failed = failed },
	{ .name = NULL },
};
