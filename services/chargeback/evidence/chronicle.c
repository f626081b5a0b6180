#include "services/chargeback/evidence/chronicle.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <stdlib.h>
#include <string.h>

#define SUCCEEDED "succeeded" /* the provider's word for a payment that was taken */

bool chronicle_is(const struct chronicle_line *line, const char *kind)
{
	return text_equal(line->entry->kind, kind);
}

/* Lines. */

static bool is_of_ticket(const Opsmesh__V1__DossierEntry *entry)
{
	static const char *const kinds[] = { "message", "opened", "status", "triaged", NULL };

	return text_among(kinds, entry->kind);
}

static bool has_left(const char *const *left, size_t count, const char *ticket)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(left[i], ticket))
			return true;
	return false;
}

static int by_time(const void *a, const void *b)
{
	const struct chronicle_line *const left = a;
	const struct chronicle_line *const right = b;

	if (left->at.us != right->at.us)
		return left->at.us < right->at.us ? -1 : 1;
	return strcmp(left->entry->fact_id, right->entry->fact_id);
}

static size_t each_once(struct chronicle_line *lines, size_t count)
{
	size_t kept = 0;

	qsort(lines, count, sizeof(*lines), by_time);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 ||
		    !text_equal(lines[kept - 1].entry->fact_id, lines[i].entry->fact_id))
			lines[kept++] = lines[i];
	return kept;
}

/* From the newest that was brought to the oldest, so that a ticket's leaving is met before what stood before it. */
static void read_lines(struct arena *arena, const Opsmesh__V1__DossierPage *page,
                       struct chronicle *chronicle)
{
	const size_t room = page->n_entries + 1;
	struct chronicle_line *const lines = arena_alloc(arena, room * sizeof(*lines));
	const char **const left = arena_alloc(arena, room * sizeof(*left));
	size_t left_count = 0;
	size_t count = 0;

	for (size_t i = page->n_entries; i-- > 0;) {
		const Opsmesh__V1__DossierEntry *const entry = page->entries[i];

		if (text_equal(entry->kind, "left") && !has_left(left, left_count, entry->about))
			left[left_count++] = entry->about;
		else if (!text_equal(entry->kind, "left") &&
		         proto_instant(entry->at, &lines[count].at) &&
		         !(is_of_ticket(entry) && has_left(left, left_count, entry->about)))
			lines[count++].entry = entry;
	}
	chronicle->lines = lines;
	chronicle->count = each_once(lines, count);
}

/* Messages. */

/* What was judged of a message, or with an empty message_id of a ticket as a whole. */
struct verdict {
	const char *ticket;
	const char *message;
	const char *intent;
	const char *language;
	size_t order;
};

static int by_subject(const void *a, const void *b)
{
	const struct verdict *const left = a;
	const struct verdict *const right = b;
	const int ticket = strcmp(left->ticket, right->ticket);
	const int message = ticket != 0 ? ticket : strcmp(left->message, right->message);

	return message != 0 ? message : (left->order > right->order) - (left->order < right->order);
}

static size_t read_verdicts(struct arena *arena, const struct chronicle *chronicle,
                            struct verdict **verdicts)
{
	struct verdict *const all = arena_alloc(arena, (chronicle->count + 1) * sizeof(*all));
	size_t count = 0;

	for (size_t i = 0; i < chronicle->count; i++) {
		const Opsmesh__V1__DossierEntry *const entry = chronicle->lines[i].entry;
		const char *const own = *entry->word != '\0' ? entry->word : entry->detail;

		if (chronicle_is(&chronicle->lines[i], "triaged"))
			all[count++] = (struct verdict){ entry->about, entry->message_id, own,
				                         entry->language, i };
	}
	qsort(all, count, sizeof(*all), by_subject);
	*verdicts = all;
	return count;
}

/* The last verdict of exactly this subject; NULL: there is none. */
static const struct verdict *verdict_of(const struct verdict *verdicts, size_t count,
                                        const char *ticket, const char *message)
{
	const struct verdict wanted = { ticket, message, "", "", SIZE_MAX };
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (by_subject(&verdicts[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || !text_equal(verdicts[low - 1].ticket, ticket) ||
	    !text_equal(verdicts[low - 1].message, message))
		return NULL;
	return &verdicts[low - 1];
}

static int by_ticket(const void *a, const void *b)
{
	const struct chronicle_message *const left = a;
	const struct chronicle_message *const right = b;
	const int ticket = strcmp(left->line.entry->about, right->line.entry->about);

	return ticket != 0 ? ticket : by_time(&left->line, &right->line);
}

static struct chronicle_message message_of(const struct chronicle_line *line,
                                           const struct verdict *verdict)
{
	const Opsmesh__V1__DossierEntry *const entry = line->entry;
	const char *const judged = verdict != NULL ? verdict->language : "";

	return (struct chronicle_message){
		.line = *line,
		.intent = verdict != NULL ? verdict->intent : NULL,
		.language = *entry->language != '\0' ? entry->language : judged,
		.by_customer = text_equal(entry->role, "customer"),
		.by_us = text_equal(entry->role, "agent") || text_equal(entry->role, "bot"),
	};
}

static void read_messages(struct arena *arena, struct chronicle *chronicle)
{
	struct chronicle_message *const messages =
	    arena_alloc(arena, (chronicle->count + 1) * sizeof(*messages));
	struct verdict *verdicts;
	const size_t judged = read_verdicts(arena, chronicle, &verdicts);
	size_t count = 0;

	for (size_t i = 0; i < chronicle->count; i++) {
		const Opsmesh__V1__DossierEntry *const entry = chronicle->lines[i].entry;
		const struct verdict *verdict;

		if (!chronicle_is(&chronicle->lines[i], "message"))
			continue;
		verdict = verdict_of(verdicts, judged, entry->about, entry->message_id);
		if (verdict == NULL)
			verdict = verdict_of(verdicts, judged, entry->about, "");
		messages[count++] = message_of(&chronicle->lines[i], verdict);
	}
	qsort(messages, count, sizeof(*messages), by_ticket);
	chronicle->messages = messages;
	chronicle->message_count = count;
}

/* Payments. */

static int by_about(const void *a, const void *b)
{
	const struct chronicle_line *const left = a;
	const struct chronicle_line *const right = b;
	const int about = strcmp(left->entry->about, right->entry->about);

	return about != 0 ? about : by_time(left, right);
}

/* The invoice that it was applied to last; "": none. An amount of zero is for another one. */
static const char *applied_to(const struct chronicle *chronicle, const char *payment_id)
{
	const char *invoice = "";

	for (size_t i = 0; i < chronicle->count; i++) {
		const Opsmesh__V1__DossierEntry *const entry = chronicle->lines[i].entry;

		if (chronicle_is(&chronicle->lines[i], "applied") &&
		    text_equal(entry->about, payment_id) && entry->amount != NULL &&
		    entry->amount->minor > 0)
			invoice = entry->detail;
	}
	return invoice;
}

/* A payment that is fetched or uploaded is told of long after it was made. */
static struct instant made_at(const struct chronicle_line *line)
{
	struct instant made;

	return proto_instant(line->entry->made_at, &made) ? made : line->at;
}

/* The lines of one payment, the oldest first. */
static struct chronicle_payment payment_of(const struct chronicle *chronicle,
                                           const struct chronicle_line *lines, size_t count)
{
	struct chronicle_payment payment = { .last = lines[count - 1].entry, .at = TIME_MIN };

	for (size_t i = 0; i < count && payment.first == NULL; i++)
		if (text_equal(lines[i].entry->word, SUCCEEDED)) {
			payment.first = lines[i].entry;
			payment.at = made_at(&lines[i]);
		}
	payment.invoice_id = *payment.last->detail != '\0'
	                         ? payment.last->detail
	                         : applied_to(chronicle, payment.last->about);
	return payment;
}

static void read_payments(struct arena *arena, struct chronicle *chronicle)
{
	struct chronicle_line *const lines =
	    arena_alloc(arena, (chronicle->count + 1) * sizeof(*lines));
	struct chronicle_payment *const payments =
	    arena_alloc(arena, (chronicle->count + 1) * sizeof(*payments));
	size_t count = 0;
	size_t made = 0;

	for (size_t i = 0; i < chronicle->count; i++)
		if (chronicle_is(&chronicle->lines[i], "payment"))
			lines[count++] = chronicle->lines[i];
	qsort(lines, count, sizeof(*lines), by_about);
	for (size_t i = 0; i < count;) {
		size_t end = i + 1;

		while (end < count && text_equal(lines[end].entry->about, lines[i].entry->about))
			end++;
		payments[made++] = payment_of(chronicle, &lines[i], end - i);
		i = end;
	}
	chronicle->payments = payments;
	chronicle->payment_count = made;
}

struct chronicle chronicle_make(struct arena *arena, const Opsmesh__V1__DossierPage *page)
{
	struct chronicle chronicle = { 0 };

	read_lines(arena, page, &chronicle);
	read_messages(arena, &chronicle);
	read_payments(arena, &chronicle);
	return chronicle;
}

const struct chronicle_payment *chronicle_payment_of(const struct chronicle *chronicle,
                                                     const char *payment_id)
{
	for (size_t i = 0; i < chronicle->payment_count; i++)
		if (text_equal(chronicle->payments[i].last->about, payment_id))
			return &chronicle->payments[i];
	return NULL;
}

const struct chronicle_line *chronicle_last(const struct chronicle *chronicle, const char *kind,
                                            const char *about, const struct chronicle_line **first)
{
	const struct chronicle_line *last = NULL;

	for (size_t i = 0; i < chronicle->count; i++) {
		const struct chronicle_line *const line = &chronicle->lines[i];

		if (!chronicle_is(line, kind) || !text_equal(line->entry->about, about))
			continue;
		if (last == NULL && first != NULL)
			*first = line;
		last = line;
	}
	return last;
}

const struct chronicle_line *chronicle_first(const struct chronicle *chronicle)
{
	for (size_t i = 0; i < chronicle->count; i++)
		if (!chronicle_is(&chronicle->lines[i], "dispute") &&
		    !chronicle_is(&chronicle->lines[i], "warning"))
			return &chronicle->lines[i];
	return NULL;
}
