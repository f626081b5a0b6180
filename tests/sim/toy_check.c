/*
 * What must have become of the toy mesh's requests: each has its effect once, breaches are right, and what
 * was parked came in order.
 */
#include "common/base/check.h"
#include "common/io/proto.h"
#include "tests/sim/toy_inside.h"

#include <string.h>

static size_t count_facts(struct world *world, struct arena *arena, const char *kind,
                          const char *ref)
{
	size_t count = 0;

	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];

		for (size_t k = 0; k < image->fact_count; k++) {
			const struct fact *const fact = &image->facts[k];
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;

			if (fact->dead_letter ||
			    (fact->topic != TOY_TICKETS && fact->topic != TOY_TRIAGE &&
			     fact->topic != TOY_SLA))
				continue;
			CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, fact->message,
			                   &message, problem));
			const Sim__V1__Toy *const e = (const void *)message;

			count += strcmp(e->kind, kind) == 0 && strcmp(e->ref, ref) == 0;
		}
	}
	return count;
}

static bool is_first(const struct world *world, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(world->accepted[i].ref, world->accepted[at].ref) == 0)
			return false;
	return world->accepted[at].ref[0] != '\0';
}

/* The ticket's first opening, NULL: it was never opened. */
static const struct request *opening(const struct world *world, const char *key)
{
	for (size_t i = 0; i < world->accepted_count; i++)
		if (strcmp(world->accepted[i].kind, "open") == 0 &&
		    strcmp(world->accepted[i].key, key) == 0 && is_first(world, i))
			return &world->accepted[i];
	return NULL;
}

/* What was asked for of a ticket: each answered once, were it that it could not be done. */
static bool check_effects(struct world *world, struct arena *arena, const char *key,
                          const char *ref, char why[static WORLD_REASON_SIZE])
{
	const struct {
		const char *done;
		const char *failed;
		const char *ref;
		size_t times;
	} rows[] = { { "weigh-done", "weigh-failed", ref, 2 },
		     { "stamp-done", "stamp-failed", ref, 1 },
		     { "tell-done", "tell-failed", key, 1 } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t count = count_facts(world, arena, rows[i].done, rows[i].ref) +
		                     count_facts(world, arena, rows[i].failed, rows[i].ref);

		if (count != rows[i].times)
			return world_broken(why, "%s of %s: %zu times, not %zu", rows[i].done, key,
			                    count, rows[i].times);
	}
	return true;
}

static bool check_accepted(struct world *world, struct arena *arena,
                           char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const e = &world->accepted[i];

		if (!is_first(world, i))
			continue;
		if (strcmp(e->kind, "open") == 0) {
			if (count_facts(world, arena, "opened", e->ref) != 1 ||
			    count_facts(world, arena, "resolved", e->ref) != 1)
				return world_broken(why, "request %s: opened or resolved not once",
				                    e->ref);
			if (count_facts(world, arena, "fulfilled", e->key) +
			        count_facts(world, arena, "breached", e->key) !=
			    1)
				return world_broken(why, "the clock of %s did not end once",
				                    e->key);
			if (!check_effects(world, arena, e->key, e->ref, why))
				return false;
		}
		if (strcmp(e->kind, "reply") == 0 && count_facts(world, arena, "replied", e->ref) !=
		                                         (opening(world, e->key) != NULL))
			return world_broken(why, "reply %s: not told once", e->ref);
	}
	return true;
}

static bool check_breach(struct world *world, const Sim__V1__Toy *breach,
                         char why[static WORLD_REASON_SIZE])
{
	const struct request *const open = opening(world, breach->key);

	if (open == NULL || open->bad[0] != '\0')
		return true;
	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const e = &world->accepted[i];

		if (strcmp(e->kind, "reply") == 0 && strcmp(e->key, breach->key) == 0 &&
		    e->time_s * 1000000 <= breach->number)
			return world_broken(why, "%s breached although reply %s met it",
			                    breach->key, e->ref);
	}
	return true;
}

static bool check_breaches(struct world *world, struct arena *arena,
                           char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count && !world->left_out; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;

			if (fact->dead_letter || fact->topic != TOY_SLA)
				continue;
			CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, fact->message,
			                   &message, problem));
			const Sim__V1__Toy *const e = (const void *)message;

			if (strcmp(e->kind, "breached") == 0 && !check_breach(world, e, why))
				return false;
		}
	return true;
}

/* What comes after a refused opening waits: the ticket's first fact after the dead letter opens it. */
static bool check_waiting(struct arena *arena, const struct image *image, size_t letter,
                          char why[static WORLD_REASON_SIZE])
{
	const struct bytes key = image->facts[letter].key;

	for (size_t k = letter + 1; k < image->fact_count; k++) {
		const struct fact *const fact = &image->facts[k];
		char problem[PROTO_REASON_SIZE];
		ProtobufCMessage *message;

		if (fact->dead_letter || !bytes_equal(fact->key, key))
			continue;
		CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, fact->message, &message,
		                   problem));
		const Sim__V1__Toy *const e = (const void *)message;

		return strcmp(e->kind, "opened") == 0
		           ? true
		           : world_broken(why, "%s of %s was folded while its key was parked",
		                          e->kind, e->key);
	}
	return true;
}

/* Recorded: what a ticket's people say comes in the order of its time, parked or not. */
static bool check_replies(struct world *world, struct arena *arena, const struct image *image,
                          char why[static WORLD_REASON_SIZE])
{
	const Sim__V1__Toy *last[WORLD_TICKETS_MAX] = { NULL };

	for (size_t k = 0; world->recorded && k < image->fact_count; k++) {
		const struct fact *const fact = &image->facts[k];
		char problem[PROTO_REASON_SIZE];
		ProtobufCMessage *message;

		if (fact->dead_letter || fact->topic != TOY_TICKETS)
			continue;
		CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, fact->message, &message,
		                   problem));
		const Sim__V1__Toy *const e = (const void *)message;
		const int ticket =
		    strcmp(e->kind, "replied") == 0 && e->key[0] == 't' ? e->key[1] - '0' : -1;

		if (ticket < 0 || ticket >= WORLD_TICKETS_MAX)
			continue;
		if (last[ticket] != NULL && last[ticket]->time_us > e->time_us)
			return world_broken(why, "reply %s was folded before %s", last[ticket]->ref,
			                    e->ref);
		last[ticket] = e;
	}
	return true;
}

static bool check_parked(struct world *world, struct arena *arena,
                         char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];

		if (!check_replies(world, arena, image, why))
			return false;
		for (size_t k = 0; image->stage->parks && k < image->fact_count; k++)
			if (image->facts[k].dead_letter && !check_waiting(arena, image, k, why))
				return false;
	}
	return true;
}

bool toy_check(struct world *world, struct arena *arena, char *why)
{
	return check_accepted(world, arena, why) && check_breaches(world, arena, why) &&
	       check_parked(world, arena, why);
}
