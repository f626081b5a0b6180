/*
 * What was used, given access to and subscribed to; since when the account exists; what was shown at the purchase.
 */
#include "services/chargeback/evidence/evidence_inside.h"

#include "common/base/text.h"

#include <string.h>

#define NOTES_MAX \
	200 /* lines of one item: the newest; a text of the provider's has 20,000 characters */

/* Lines of one item, and the facts that they came from. */
struct notes {
	const struct chronicle_line *first;
	const struct chronicle_line *last;
	const char *lines[NOTES_MAX]; /* a ring */
	size_t count;
};

static void note(struct notes *notes, const struct chronicle_line *line, const char *text)
{
	if (notes->first == NULL)
		notes->first = line;
	notes->last = line;
	notes->lines[notes->count++ % NOTES_MAX] = text;
}

static const char *notes_text(struct arena *arena, const struct notes *notes)
{
	const size_t from = notes->count > NOTES_MAX ? notes->count - NOTES_MAX : 0;
	struct buffer all = { 0 };

	if (from > 0) {
		const char *const more =
		    arena_printf(arena, "%zu earlier lines are left out.", from);

		buffer_add(&all, more, strlen(more));
	}
	for (size_t i = from; i < notes->count; i++) {
		const char *const line = notes->lines[i % NOTES_MAX];

		if (all.size > 0)
			buffer_add(&all, "\n", 1);
		buffer_add(&all, line, strlen(line));
	}
	const char *const text = arena_text(arena, (const char *)all.data, all.size);
	buffer_finish(&all);
	return text;
}

static void put_notes(struct gathering *it, const struct notes *notes, struct evidence_piece piece)
{
	if (notes->count == 0)
		return;
	piece.fact_id = notes->first->entry->fact_id;
	piece.at = notes->last->at;
	piece.source_id = notes->first->entry->about;
	piece.text = notes_text(it->arena, notes);
	evidence_put(it, &piece);
}

static bool is_between(const struct gathering *it, const struct chronicle_line *line)
{
	return !time_before(line->at, it->charged) && time_before(line->at, it->about->began);
}

/* Usage. */

static int64_t day_of(struct instant at)
{
	const int64_t day = DAYS(1).us;

	return at.us >= 0 ? at.us / day : (at.us - day + 1) / day;
}

/* On the day of the payment or later, and not after the day on which the dispute began: usage is told by the day. */
static bool is_used_between(const struct gathering *it, const struct chronicle_line *line)
{
	struct date date;
	int64_t day;

	if (!chronicle_is(line, "usage") || line->entry->amount == NULL ||
	    line->entry->amount->minor <= 0 || !date_parse(line->entry->word, &date))
		return false;
	day = date_days(date);
	return day >= day_of(it->charged) && day <= day_of(it->about->began);
}

static bool was_met_before(const struct gathering *it, size_t i, const char *meter)
{
	while (i-- > 0)
		if (is_used_between(it, &it->chronicle->lines[i]) &&
		    text_equal(it->chronicle->lines[i].entry->detail, meter))
			return true;
	return false;
}

static void put_meter(struct gathering *it, size_t from)
{
	const char *const meter = it->chronicle->lines[from].entry->detail;
	struct notes notes = { 0 };

	for (size_t i = from; i < it->chronicle->count; i++) {
		const struct chronicle_line *const line = &it->chronicle->lines[i];

		if (is_used_between(it, line) && text_equal(line->entry->detail, meter))
			note(&notes, line,
			     arena_printf(it->arena, "%s: %s for %s", line->entry->word, meter,
			                  evidence_money(it->arena, line->entry->amount)));
	}
	put_notes(it, &notes,
	          (struct evidence_piece){ .kind = EVIDENCE_USAGE,
	                                   .title = "What was used from the payment on, by day",
	                                   .rank = 1 });
}

static size_t put_seats(struct gathering *it)
{
	struct notes notes = { 0 };
	size_t assigned = 0;

	for (size_t i = 0; i < it->chronicle->count; i++) {
		const struct chronicle_line *const line = &it->chronicle->lines[i];

		if (!chronicle_is(line, "seat") || !is_between(it, line))
			continue;
		assigned += text_equal(line->entry->word, "assigned");
		note(&notes, line,
		     arena_printf(it->arena, "%s: a seat of %s was %s",
		                  evidence_time(it->arena, line->at), line->entry->about,
		                  line->entry->word));
	}
	if (assigned > 0)
		put_notes(it, &notes,
		          (struct evidence_piece){
			      .kind = EVIDENCE_USAGE,
			      .title = "Seats that were given out after the payment" });
	return assigned;
}

/* A note for the reviewer: without use the bank believes that there was no service. */
static void put_unused(struct gathering *it)
{
	if (evidence_asked(it, EVIDENCE_USAGE) == NULL ||
	    evidence_asked(it, EVIDENCE_SERVICE) == NULL)
		return;
	evidence_put(
	    it, &(struct evidence_piece){
		    .kind = EVIDENCE_USAGE,
		    .fact_id = it->payment->first->fact_id,
		    .suffix = "unused",
		    .title = "Nothing was used after the payment",
		    .at = it->charged,
		    .source_id = it->payment->last->about,
		    .text = "From the payment to the dispute no usage was measured and no seat "
			    "was given out.",
		    .hurts = true });
}

static void put_access(struct gathering *it)
{
	const struct chronicle_line *standing = NULL;
	struct notes notes = { 0 };
	bool given = false;

	for (size_t i = 0; i < it->chronicle->count; i++) {
		const struct chronicle_line *const line = &it->chronicle->lines[i];

		if (!chronicle_is(line, "access") || !time_before(line->at, it->about->began))
			continue;
		if (time_before(line->at, it->charged)) {
			standing = line;
			notes.count = 0;
			notes.first = NULL;
		}
		given = given || (line != standing && !text_equal(line->entry->word, "withdrawn"));
		note(&notes, line,
		     arena_printf(it->arena, "%s: access %s, %lld seats, %s (subscription %s)",
		                  evidence_time(it->arena, line->at), line->entry->word,
		                  (long long)line->entry->quantity, line->entry->detail,
		                  line->entry->about));
	}
	if (given || (standing != NULL && !text_equal(standing->entry->word, "withdrawn")))
		put_notes(it, &notes,
		          (struct evidence_piece){
			      .kind = EVIDENCE_ACCESS,
			      .title = "Access that the account had from the payment on" });
}

void evidence_of_use(struct gathering *it)
{
	size_t meters = 0;

	if (it->payment == NULL)
		return;
	for (size_t i = 0; i < it->chronicle->count; i++)
		if (is_used_between(it, &it->chronicle->lines[i]) &&
		    !was_met_before(it, i, it->chronicle->lines[i].entry->detail)) {
			put_meter(it, i);
			meters++;
		}
	if (put_seats(it) == 0 && meters == 0)
		put_unused(it);
	put_access(it);
}

/* Subscriptions. */

void evidence_of_subscriptions(struct gathering *it)
{
	static const char *const ends[] = { "cancel_asked", "cancel_undone", "ended", NULL };

	for (size_t i = 0; i < it->chronicle->count; i++) {
		const struct chronicle_line *const line = &it->chronicle->lines[i];
		const Opsmesh__V1__DossierEntry *const entry = line->entry;

		if (!chronicle_is(line, "subscription") || !text_among(ends, entry->word))
			continue;
		evidence_put(it, &(struct evidence_piece){
				     .kind = EVIDENCE_CANCELLATION_REQUEST,
				     .fact_id = entry->fact_id,
				     .title = "What became of the subscription",
				     .at = line->at,
				     .source_id = entry->about,
				     .text = arena_printf(it->arena, "Subscription %s: %s at %s.",
		                                          entry->about, entry->word,
		                                          evidence_time(it->arena, line->at)) });
	}
}

/* History. */

static size_t tickets_of(const struct chronicle *chronicle)
{
	size_t count = 0;

	for (size_t i = 0; i < chronicle->message_count; i++)
		count += i == 0 || !text_equal(chronicle->messages[i - 1].line.entry->about,
		                               chronicle->messages[i].line.entry->about);
	return count;
}

void evidence_of_history(struct gathering *it)
{
	const struct chronicle *const chronicle = it->chronicle;
	const struct chronicle_line *const first = chronicle_first(chronicle);
	size_t paid = 0;
	size_t refunded = 0;
	size_t started = 0;

	if (first == NULL)
		return;
	for (size_t i = 0; i < chronicle->payment_count; i++) {
		const Opsmesh__V1__DossierEntry *const last = chronicle->payments[i].last;

		paid += chronicle->payments[i].first != NULL;
		refunded += last->refunded != NULL && last->refunded->minor > 0;
	}
	for (size_t i = 0; i < chronicle->count; i++)
		started += chronicle_is(&chronicle->lines[i], "subscription") &&
		           text_equal(chronicle->lines[i].entry->word, "started");
	evidence_put(
	    it, &(struct evidence_piece){
		    .kind = EVIDENCE_ACCOUNT_HISTORY,
		    .fact_id = first->entry->fact_id,
		    .suffix = "history",
		    .title = "History of the account",
		    .at = first->at,
		    .source_id = it->about->home,
		    .text = arena_printf(
			it->arena,
			"In our records since %s.\nPayments that succeeded: %zu; with a refund: "
			"%zu.\nSubscriptions that began: %zu.\nTickets: %zu.",
			evidence_time(it->arena, first->at), paid, refunded, started,
			tickets_of(chronicle)) });
}

/* What was shown. */

/* In which the customer wrote last before the dispute; "": he wrote nothing, or nobody knows. */
static const char *language_of(const struct gathering *it)
{
	const struct chronicle_message *last = NULL;

	for (size_t i = 0; i < it->chronicle->message_count; i++) {
		const struct chronicle_message *const message = &it->chronicle->messages[i];

		if (message->by_customer && *message->language != '\0' &&
		    time_before(message->line.at, it->about->began) &&
		    (last == NULL || !time_before(message->line.at, last->line.at)))
			last = message;
	}
	return last != NULL ? last->language : "";
}

static void put_shown(struct gathering *it, const struct shown_policy *policy, enum shown_kind kind,
                      int64_t rank)
{
	const struct shown_text *const read = shown_text_of(policy, kind, SHOWN_FOR_BANKS);
	const struct shown_text *own = shown_text_of(policy, kind, language_of(it));
	const char *const document = arena_printf(it->arena, SHOWN_POLICY "/%s/%lld",
	                                          policy->head.id, (long long)policy->head.version);

	if (read == NULL)
		return;
	own = own != NULL ? own : read;
	evidence_put(it, &(struct evidence_piece){
			     .kind = EVIDENCE_POLICY_SHOWN,
			     .fact_id = document,
			     .suffix = shown_kind_names[kind],
			     .title = arena_printf(it->arena, "What was shown at the purchase: %s",
	                                           shown_kind_names[kind]),
			     .at = policy->head.effective_from,
			     .source_id = document,
			     .text = own == read ? own->text
	                                         : arena_printf(it->arena, "%s\nIn English:\n%s",
	                                                        own->text, read->text),
			     .language = own->language,
			     .rank = rank });
}

void evidence_of_shown(struct gathering *it)
{
	const struct reason_asked *const asked = evidence_asked(it, EVIDENCE_POLICY_SHOWN);
	const struct shown_policy *const policy =
	    it->payment != NULL ? shown_at(it->about->shown, it->charged) : NULL;

	if (asked == NULL || policy == NULL)
		return;
	if (text_starts(asked->field, "refund_policy"))
		put_shown(it, policy, SHOWN_REFUND_POLICY, 1);
	if (text_starts(asked->field, "cancellation_policy"))
		put_shown(it, policy, SHOWN_CANCELLATION_POLICY, 1);
	put_shown(it, policy, SHOWN_TERMS, 0);
}
