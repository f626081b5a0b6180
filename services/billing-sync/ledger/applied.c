#include "services/billing-sync/ledger/applied.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

#define VERSION 1

/* Words. */

static int compare(const struct applied_word *a, const struct applied_word *b)
{
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* Where it stands, or belongs. */
static size_t place_of(const struct applied *applied, const struct applied_word *word, bool *there)
{
	size_t at = 0;

	while (at < applied->count && compare(&applied->words[at], word) < 0)
		at++;
	*there = at < applied->count && compare(&applied->words[at], word) == 0;
	return at;
}

static void insert(struct applied *applied, size_t at, const struct applied_word *word)
{
	memmove(&applied->words[at + 1], &applied->words[at],
	        (applied->count - at) * sizeof(*applied->words));
	applied->words[at] = *word;
	applied->count++;
}

bool applied_put(struct applied *applied, const struct applied_word *word)
{
	bool there;
	const size_t at = place_of(applied, word, &there);

	if (there)
		applied->words[at] = *word;
	else if (applied->count < APPLIED_MAX)
		insert(applied, at, word);
	else
		return false;
	return true;
}

void applied_join(struct applied *applied, const struct applied *other)
{
	for (size_t i = 0; i < other->count; i++) {
		bool there;
		const size_t at = place_of(applied, &other->words[i], &there);

		if (!there)
			insert(applied, at, &other->words[i]);
	}
}

static bool mentions(const struct applied *applied, const char *invoice)
{
	for (size_t i = 0; i < applied->count; i++)
		if (text_equal(applied->words[i].invoice, invoice))
			return true;
	return false;
}

void applied_leave(struct applied *applied, const struct applied *other)
{
	for (size_t i = 0; i < other->count; i++) {
		struct applied_word nothing = other->words[i];
		bool there;

		nothing.source = APPLIED_PAYMENT;
		nothing.amount.minor = 0;
		const size_t at = place_of(applied, &nothing, &there);

		if (!there && !mentions(applied, nothing.invoice))
			insert(applied, at, &nothing);
	}
}

/* Parts. */

/* The part of an invoice, in the order of the invoices. */
static struct applied_part *part_of(struct applied_part *parts, size_t *count, const char *invoice)
{
	size_t at = 0;

	while (at < *count && strcmp(parts[at].invoice, invoice) < 0)
		at++;
	if (at < *count && text_equal(parts[at].invoice, invoice))
		return &parts[at];
	memmove(&parts[at + 1], &parts[at], (*count - at) * sizeof(*parts));
	parts[at] = (struct applied_part){ invoice, 0 };
	(*count)++;
	return &parts[at];
}

/* A listed one of which there is the object itself says nothing. */
static bool counts(const struct applied *applied, const struct applied_word *word)
{
	const struct applied_word own = { .source = APPLIED_PAYMENT, .id = word->id };
	bool there = false;

	if (word->source == APPLIED_LISTED)
		(void)place_of(applied, &own, &there);
	return !there;
}

static bool has_amount(const struct applied *applied, const char *invoice)
{
	for (size_t i = 0; i < applied->count; i++)
		if (applied->words[i].source != APPLIED_NAMED &&
		    counts(applied, &applied->words[i]) &&
		    text_equal(applied->words[i].invoice, invoice))
			return true;
	return false;
}

static void add_amount(struct applied_part *part, struct money amount, struct money charged)
{
	if (text_equal(amount.currency, charged.currency) &&
	    __builtin_add_overflow(part->minor, amount.minor, &part->minor))
		part->minor = INT64_MAX;
}

/* First those with amounts, by invoice, then the first of the others has the rest. */
static void share_out(const struct applied *applied, int64_t left, struct applied_part *parts,
                      size_t count)
{
	for (int named = 0; named < 2; named++)
		for (size_t i = 0; i < count; i++) {
			if (has_amount(applied, parts[i].invoice) == (named == 1))
				continue;
			if (named == 1 || parts[i].minor > left)
				parts[i].minor = left;
			left -= parts[i].minor;
		}
}

size_t applied_parts(const struct applied *applied, struct money charged,
                     struct applied_part parts[static 2 * APPLIED_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < applied->count; i++) {
		const struct applied_word *const word = &applied->words[i];

		if (!counts(applied, word))
			continue;
		struct applied_part *const part = part_of(parts, &count, word->invoice);

		if (word->source != APPLIED_NAMED)
			add_amount(part, word->amount, charged);
	}
	share_out(applied, charged.minor, parts, count);
	return count;
}

/* Bytes. */

struct bytes applied_encode(struct arena *arena, const struct applied *applied)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_u8(&out, (uint32_t)applied->count);
	for (size_t i = 0; i < applied->count; i++) {
		const struct applied_word *const word = &applied->words[i];

		pack_u8(&out, word->source);
		pack_text(&out, word->id);
		pack_text(&out, word->invoice);
		pack_text(&out, word->amount.currency);
		pack_i64(&out, word->amount.minor);
	}
	return pack_end(arena, &out);
}

static struct applied_word word_decode(struct arena *arena, struct packed *packed)
{
	struct applied_word word = { .source = packed_u8(packed, APPLIED_SOURCES - 1) };

	word.id = packed_string(arena, packed);
	word.invoice = packed_string(arena, packed);
	packed_text(packed, word.amount.currency, sizeof(word.amount.currency));
	word.amount.minor = packed_i64(packed, 0, INT64_MAX);
	return word;
}

bool applied_decode(struct arena *arena, struct bytes bytes, struct applied *applied)
{
	struct packed packed = packed_open(bytes);
	const bool known = packed_u8(&packed, VERSION) == VERSION;

	applied->count = packed_u8(&packed, APPLIED_MAX);
	for (size_t i = 0; i < applied->count; i++)
		applied->words[i] = word_decode(arena, &packed);
	return known && packed_done(&packed);
}
