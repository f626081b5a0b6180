#include "services/billing-sync/mirror/sweep.h"

#include "common/base/text.h"
#include "services/billing-sync/mirror/wanted.h"

#include <string.h>

static const char *const words[SWEEP_CAUSES] = {
	[SWEEP_EQUAL] = "",
	[SWEEP_MISSED_EVENT] = "missed_event",
	[SWEEP_STALE] = "stale",
	[SWEEP_VERSION] = "version",
	[SWEEP_EDITED_BY_HAND] = "edited_by_hand",
	[SWEEP_OWN_BUG] = "own_bug",
};

/* What people write into objects. */
static const char *const by_hand[] = { "custom_fields",
	                               "description",
	                               "footer",
	                               "memo",
	                               "metadata",
	                               "name",
	                               "nickname",
	                               "statement_descriptor",
	                               "statement_descriptor_suffix",
	                               NULL };

/* Of money that moved. */
static const char *const moved[] = {
	"charge", "refund", "balance_transaction", "payout", "customer_balance_transaction", NULL
};
static const char *const amounts[] = { "amount", "fee", "net", NULL };

/* Two states of one object, field by field. */
struct comparing {
	const struct observed *page;
	struct sweep *sweep;
	const char *type;
	bool dated;   /* its sender said as of when it is */
	bool cut;     /* a list of one of them is not whole */
	bool matters; /* a field is another that nobody writes by hand */
	bool written; /* one is that somebody does */
	bool shaped;  /* one is written otherwise */
	bool fixed;   /* one is that never changes */
};

const char *sweep_word(enum sweep_cause cause)
{
	return words[cause];
}

/* Fields. */

static const char *id_of(const json_t *value)
{
	return json_is_object(value) ? json_string_value(json_object_get(value, "id"))
	                             : json_string_value(value);
}

/* An object in the place of its own id says the same, and so does a field that is null or not there. */
static bool is_shape(const json_t *ours, const json_t *theirs)
{
	const char *const id = id_of(ours);

	return ours == NULL || theirs == NULL || json_is_null(ours) != json_is_null(theirs)
	           ? ours == NULL || theirs == NULL
	           : id != NULL && json_is_object(ours) != json_is_object(theirs) &&
	                 text_equal(id, id_of(theirs));
}

static bool never_changes(const struct comparing *it, const char *field)
{
	return text_equal(field, "created") ||
	       (text_among(moved, it->type) && text_among(amounts, field));
}

static void name_field(struct comparing *it, struct arena *arena, const char *field)
{
	if (it->sweep->field_count < SWEEP_FIELDS_MAX)
		it->sweep->fields[it->sweep->field_count++] = arena_string(arena, field);
}

static void compare_field(struct comparing *it, struct arena *arena, const char *field,
                          const json_t *ours, const json_t *theirs)
{
	if (json_equal(ours, theirs) || (it->cut && text_equal(field, it->page->type->list)))
		return;
	name_field(it, arena, field);
	if (is_shape(ours, theirs))
		it->shaped = true;
	else if (never_changes(it, field))
		it->fixed = true;
	else if (text_among(by_hand, field))
		it->written = true;
	else
		it->matters = true;
}

/* Both were written with their keys sorted. */
static void compare_fields(struct comparing *it, struct arena *arena, json_t *ours, json_t *theirs)
{
	const char *field;
	json_t *value;

	json_object_foreach(ours, field, value)
	{
		compare_field(it, arena, field, value, json_object_get(theirs, field));
	}
	json_object_foreach(theirs, field, value)
	{
		if (json_object_get(ours, field) == NULL)
			compare_field(it, arena, field, NULL, value);
	}
}

/* Causes. */

static bool is_over(const struct object_row *standing, const struct observed *page)
{
	return (standing->ended && !page->ended) || (standing->deleted && !page->deleted);
}

static bool is_earlier(const struct comparing *it, const struct object_row *standing)
{
	return is_over(standing, it->page) ||
	       (!it->dated &&
	        (it->page->rank < standing->rank || it->page->progress < standing->progress));
}

/* Whatever is another may have become so since. */
static bool is_older(const struct comparing *it, const struct object_row *standing)
{
	return it->dated && time_before(it->page->state_at, standing->state_at);
}

/* What the provider dates itself, and has not changed since. */
static bool same_update(const json_t *ours, const json_t *theirs)
{
	const json_t *const updated = json_object_get(ours, "updated");

	return json_is_integer(updated) && json_equal(updated, json_object_get(theirs, "updated"));
}

static enum sweep_cause cause_of(const struct comparing *it, const struct object_row *standing,
                                 const json_t *ours, const json_t *theirs)
{
	if (it->fixed || (it->matters && same_update(ours, theirs)))
		return SWEEP_OWN_BUG;
	if (is_older(it, standing))
		return SWEEP_EQUAL;
	if (is_earlier(it, standing))
		return SWEEP_STALE;
	if (it->matters || standing->deleted != it->page->deleted)
		return SWEEP_MISSED_EVENT;
	if (it->written)
		return SWEEP_EDITED_BY_HAND;
	return it->shaped ? SWEEP_VERSION : SWEEP_EQUAL;
}

static bool is_cut(const json_t *body, const char *list)
{
	return list != NULL &&
	       json_is_true(json_object_get(json_object_get(body, list), "has_more"));
}

/* Of an object that was never heard of. */
static enum sweep_cause unheard(json_t *theirs, const struct observed *page, struct instant since)
{
	const struct json_place object = json_top(theirs);
	struct instant created = since;
	struct json_error error;
	bool dated = false;

	if (page->deleted || !stripe_time_if(&object, "created", &dated, &created, &error) ||
	    !dated || !time_before(since, created))
		return SWEEP_EQUAL;
	return SWEEP_MISSED_EVENT;
}

static bool was_asked_for(struct arena *arena, const struct object_row *standing)
{
	const char *asked = standing->asked;

	return wanted_came(arena, &asked, WANTED_CUT, standing->object_id) ||
	       wanted_came(arena, &asked, WANTED_THIN, standing->object_id);
}

struct sweep sweep_compare(struct arena *arena, const struct object_row *standing,
                           const struct observed *page, bool dated, struct instant since)
{
	struct sweep sweep = { .cause = SWEEP_EQUAL };
	struct comparing it = {
		.page = page, .sweep = &sweep, .type = page->object_type, .dated = dated
	};
	AUTO_JSON theirs = NULL;
	AUTO_JSON ours = NULL;
	struct json_error error;

	if (page->type->silent || text_equal(standing->digest, page->digest) ||
	    was_asked_for(arena, standing) ||
	    !json_parse_brief(page->body, OBSERVED_BODY_MAX, &theirs, &error))
		return sweep;
	if (standing->revision == 0) {
		sweep.cause = unheard(theirs, page, since);
		return sweep;
	}
	if (standing->bare || !json_parse_brief(standing->body, OBSERVED_BODY_MAX, &ours, &error)) {
		sweep.cause = standing->deleted && !page->deleted ? SWEEP_STALE : SWEEP_EQUAL;
		return sweep;
	}
	it.cut = is_cut(ours, page->type->list) || is_cut(theirs, page->type->list);
	compare_fields(&it, arena, ours, theirs);
	sweep.cause = cause_of(&it, standing, ours, theirs);
	return sweep;
}
