#include "services/kpi-aggregator/money/discrepancy.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#include <string.h>

#define FORMAT 1 /* of the bytes below */

/* What one object is off by, without its sign. */
struct object {
	const char *id;
	struct known_amount off_by;
};

/* Kept in rows: never renumbered. What an object adds that did not show it before is apart from what it comes to later. */
enum turn_kind { TURN_OPENED, TURN_HEALED, TURN_EXPLAINED, TURN_AMOUNT, TURN_SHOWN, TURN_KINDS };

struct turn {
	enum turn_kind kind;
	struct instant at;
	struct instant began_at;  /* of the opening */
	struct known_amount more; /* of an amount */
};

struct discrepancy {
	const char *cause;
	const char *queue;
	const char *account;
	bool open;
	struct instant began_at;
	struct object objects[DISCREPANCY_OBJECTS_MAX]; /* in the order in which they came */
	size_t object_count;
	struct turn turns[DISCREPANCY_TURNS_MAX];
	size_t turn_count;
	int64_t left_out;
};

/*
 * Bytes: the format, the members in their order, objects with their number before them (a byte), turns with theirs (eight bytes).
 */

static struct bytes pack(struct arena *arena, const struct discrepancy *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_text(&out, it->cause);
	pack_text(&out, it->queue);
	pack_text(&out, it->account);
	pack_bool(&out, it->open);
	pack_time(&out, it->began_at);
	pack_i64(&out, it->left_out);
	pack_u8(&out, (uint32_t)it->object_count);
	for (size_t i = 0; i < it->object_count; i++) {
		pack_text(&out, it->objects[i].id);
		known_pack_amount(&out, it->objects[i].off_by);
	}
	pack_i64(&out, (int64_t)it->turn_count);
	for (size_t i = 0; i < it->turn_count; i++) {
		pack_u8(&out, (uint32_t)it->turns[i].kind);
		pack_time(&out, it->turns[i].at);
		pack_time(&out, it->turns[i].began_at);
		known_pack_amount(&out, it->turns[i].more);
	}
	return pack_end(arena, &out);
}

static void unpack_lists(struct arena *arena, struct packed *in, struct discrepancy *it)
{
	it->object_count = packed_u8(in, DISCREPANCY_OBJECTS_MAX);
	for (size_t i = 0; i < it->object_count; i++) {
		it->objects[i].id = packed_string(arena, in);
		it->objects[i].off_by = known_unpack_amount(arena, in);
	}
	it->turn_count = (size_t)packed_i64(in, 0, DISCREPANCY_TURNS_MAX);
	for (size_t i = 0; i < it->turn_count; i++) {
		it->turns[i].kind = (enum turn_kind)packed_u8(in, TURN_KINDS - 1);
		it->turns[i].at = packed_time(in);
		it->turns[i].began_at = packed_time(in);
		it->turns[i].more = known_unpack_amount(arena, in);
	}
}

static bool unpack(struct arena *arena, struct bytes known, struct discrepancy *it)
{
	struct packed in = packed_open(known);

	memset(it, 0, sizeof(*it));
	it->cause = "";
	it->queue = "";
	it->account = "";
	it->began_at = TIME_MIN;
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->cause = packed_string(arena, &in);
	it->queue = packed_string(arena, &in);
	it->account = packed_string(arena, &in);
	it->open = packed_bool(&in);
	it->began_at = packed_time(&in);
	it->left_out = packed_i64(&in, 0, INT64_MAX);
	unpack_lists(arena, &in, it);
	return packed_done(&in);
}

/* Turns. */

static bool is_amount(enum turn_kind kind)
{
	return kind == TURN_AMOUNT || kind == TURN_SHOWN;
}

/* The newest amount of the same opening and currency; NULL: there is none. */
static struct turn *like(struct discrepancy *it, const struct turn *turn)
{
	for (size_t i = it->turn_count; i > 0; i--) {
		struct turn *const other = &it->turns[i - 1];

		if (is_amount(other->kind) && other->began_at.us == turn->began_at.us &&
		    text_equal(other->more.currency, turn->more.currency))
			return other;
	}
	return NULL;
}

static void add_turn(struct discrepancy *it, const struct turn *turn)
{
	struct turn *other;

	if (it->turn_count < DISCREPANCY_TURNS_MAX) {
		it->turns[it->turn_count++] = *turn;
		return;
	}
	other = is_amount(turn->kind) ? like(it, turn) : NULL;
	if (other == NULL ||
	    __builtin_add_overflow(other->more.minor, turn->more.minor, &other->more.minor))
		it->left_out++;
}

/* It counts in the currency that it is off by, so that no amount is told without one. */
static void turn(struct discrepancy *it, enum turn_kind kind, struct instant at)
{
	const char *const currency = it->object_count > 0 ? it->objects[0].off_by.currency : "";

	add_turn(it, &(struct turn){ kind, at, it->began_at, { 0, currency } });
}

/* What an object adds while the discrepancy is open; sign -1 takes it away. */
static void turn_amount(struct discrepancy *it, enum turn_kind kind, const struct object *object,
                        int sign, struct instant at)
{
	const struct known_amount more = { sign * object->off_by.minor, object->off_by.currency };

	if (it->open && more.minor != 0)
		add_turn(it, &(struct turn){ kind, at, it->began_at, more });
}

static void turn_all(struct discrepancy *it, enum turn_kind kind, int sign, struct instant at)
{
	for (size_t i = 0; i < it->object_count; i++)
		turn_amount(it, kind, &it->objects[i], sign, at);
}

/* Objects. */

static struct known_amount apart(struct arena *arena, const Opsmesh__V1__Money *expected,
                                 const Opsmesh__V1__Money *found)
{
	struct known_amount off_by = known_amount(arena, found);

	if (expected == NULL || found == NULL ||
	    __builtin_sub_overflow(found->minor, expected->minor, &off_by.minor) ||
	    off_by.minor == INT64_MIN)
		return (struct known_amount){ 0, "" };
	off_by.minor = off_by.minor < 0 ? -off_by.minor : off_by.minor;
	return off_by;
}

static size_t place_of(const struct discrepancy *it, const char *id)
{
	size_t place = 0;

	while (place < it->object_count && !text_equal(it->objects[place].id, id))
		place++;
	return place;
}

static void remove_object(struct discrepancy *it, size_t place)
{
	it->object_count--;
	memmove(&it->objects[place], &it->objects[place + 1],
	        (it->object_count - place) * sizeof(it->objects[0]));
}

/* It shows it by so much now, or (by nothing) no longer. */
static void show(struct discrepancy *it, const struct object *object, struct instant at)
{
	const size_t place = place_of(it, object->id);
	const bool shows = place < it->object_count;

	if (shows) {
		turn_amount(it, TURN_AMOUNT, &it->objects[place], -1, at);
		remove_object(it, place);
	}
	if (object->off_by.minor == 0)
		return;
	if (it->object_count == DISCREPANCY_OBJECTS_MAX) {
		it->left_out++;
		return;
	}
	it->objects[it->object_count++] = *object;
	turn_amount(it, shows ? TURN_AMOUNT : TURN_SHOWN, object, 1, at);
}

/* Facts. */

static bool among(const Opsmesh__V1__DiscrepancyOpened *opened, const char *id)
{
	for (size_t i = 0; i < opened->n_object_ids; i++)
		if (text_equal(opened->object_ids[i], id))
			return true;
	return false;
}

/* While it was explained objects may have gone without a word. */
static void forget_gone(struct discrepancy *it, const Opsmesh__V1__DiscrepancyOpened *opened)
{
	for (size_t i = it->object_count; i > 0; i--)
		if (!among(opened, it->objects[i - 1].id))
			remove_object(it, i - 1);
}

/* Whose the figures are is not said: the one that was not known, else the last. */
static const char *shown_by(const struct discrepancy *it,
                            const Opsmesh__V1__DiscrepancyOpened *opened)
{
	for (size_t i = 0; i < opened->n_object_ids; i++)
		if (place_of(it, opened->object_ids[i]) == it->object_count)
			return opened->object_ids[i];
	return opened->n_object_ids > 0 ? opened->object_ids[opened->n_object_ids - 1] : "";
}

static void on_opened(struct arena *arena, struct discrepancy *it,
                      const Opsmesh__V1__DiscrepancyOpened *opened, struct instant at)
{
	const struct object object = { known_text(arena, shown_by(it, opened)),
		                       apart(arena, opened->expected, opened->found) };

	it->cause = known_text(arena, opened->cause);
	it->queue = known_text(arena, opened->queue);
	if (it->open)
		return;
	forget_gone(it, opened);
	it->began_at = at;
	show(it, &object, at);
	it->open = true;
	turn(it, TURN_OPENED, at);
	turn_all(it, TURN_SHOWN, 1, at);
}

static void on_moved(struct arena *arena, struct discrepancy *it,
                     const Opsmesh__V1__DiscrepancyMoved *moved, struct instant at)
{
	const struct object object = { known_text(arena, moved->object_id),
		                       apart(arena, moved->expected, moved->found) };

	show(it, &object, at);
}

static void on_ended(struct discrepancy *it, enum turn_kind kind, struct instant at)
{
	if (!it->open)
		return;
	turn_all(it, TURN_AMOUNT, -1, at);
	turn(it, kind, at);
	it->open = false;
	if (kind == TURN_HEALED)
		it->object_count = 0;
}

static const char *id_of(const Opsmesh__V1__BillingEvent *event)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED:
		return event->discrepancy_opened->discrepancy_id;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED:
		return event->discrepancy_healed->discrepancy_id;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN:
		return event->discrepancy_grown->discrepancy_id;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK:
		return event->discrepancy_shrunk->discrepancy_id;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED:
		return event->discrepancy_explained->discrepancy_id;
	default: return "";
	}
}

const char *subject_discrepancy_id(const Opsmesh__V1__BillingEvent *event)
{
	const char *const id = id_of(event);

	return text_starts(id, subject_discrepancy.prefix) ? id + strlen(subject_discrepancy.prefix)
	                                                   : id;
}

bool subject_discrepancy_apply(struct arena *arena, struct bytes known, const void *fact,
                               struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	const struct instant at = known_instant(event->occurred_at);
	struct discrepancy *const it = arena_alloc(arena, sizeof(*it));

	if (!unpack(arena, known, it))
		return false;
	it->account = known_either(it->account, known_text(arena, event->account_id));
	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED:
		on_opened(arena, it, event->discrepancy_opened, at);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN:
		on_moved(arena, it, event->discrepancy_grown, at);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK:
		on_moved(arena, it, event->discrepancy_shrunk, at);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED:
		on_ended(it, TURN_HEALED, at);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED:
		on_ended(it, TURN_EXPLAINED, at);
		break;
	default: break;
	}
	*changed = pack(arena, it);
	return true;
}

/* What is observed. */

/* What became of an opening: the next end behind it. */
static enum turn_kind end_of(const struct discrepancy *it, size_t which)
{
	for (size_t i = which + 1; i < it->turn_count; i++)
		if (it->turns[i].kind == TURN_HEALED || it->turns[i].kind == TURN_EXPLAINED)
			return it->turns[i].kind;
	return TURN_OPENED;
}

static void observe_turn(const struct discrepancy *discrepancy, size_t which,
                         struct observations *all)
{
	static const char *const words[TURN_KINDS] = { [TURN_OPENED] = "open",
		                                       [TURN_HEALED] = "healed",
		                                       [TURN_EXPLAINED] = "explained",
		                                       [TURN_AMOUNT] = "",
		                                       [TURN_SHOWN] = "" };
	const struct turn *const turn = &discrepancy->turns[which];
	const enum turn_kind became =
	    turn->kind == TURN_OPENED ? end_of(discrepancy, which) : turn->kind;
	struct observation it =
	    observation_of(OBSERVATION_DISCREPANCY, arena_printf(all->arena, "%zu", which + 1));

	it.currency = turn->more.currency;
	it.numbers[NUMBER_MINOR] = turn->more.minor;
	if (!is_amount(turn->kind))
		it.numbers[NUMBER_CHANGE] = turn->kind == TURN_OPENED ? 1 : -1;
	it.times[TIME_AT] = turn->at;
	it.times[TIME_BEGAN_AT] = turn->began_at;
	it.words[WORD_REASON] = discrepancy->cause;
	it.words[WORD_TEAM] = discrepancy->queue;
	it.words[WORD_ACCOUNT] = discrepancy->account;
	it.words[WORD_STATUS] = words[became];
	observation_mark(&it, MARK_FIRST, turn->kind == TURN_SHOWN);
	observation_mark(&it, MARK_OPEN, became == TURN_OPENED);
	observation_mark(&it, MARK_EXPLAINED, became == TURN_EXPLAINED);
	observations_add(all, &it);
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct discrepancy *const it = arena_alloc(all->arena, sizeof(*it));

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, it))
		return false;
	for (size_t i = 0; i < it->turn_count; i++)
		observe_turn(it, i, all);
	all->left_out += (size_t)it->left_out;
	return true;
}

const struct subject_kind subject_discrepancy = { .prefix = "discrepancy/", .observe = observe };
