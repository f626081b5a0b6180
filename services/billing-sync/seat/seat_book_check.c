#include "services/billing-sync/seat/seat_book_check_inside.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define UNBILLED_MAX 120 /* periods of a gap that are looked at: ten years of months */
#define KNOWN_BY 4       /* instants by which an invoice may have known of a change */

const char *seat_check_word(enum seat_check check)
{
	static const char *const words[SEAT_CHECKS] = {
		[SEAT_CHECK_BILLED] = "seats_billed",
		[SEAT_CHECK_GAP] = "period_gap",
		[SEAT_CHECK_OVERLAP] = "period_overlap",
		[SEAT_CHECK_PRICE] = "price_billed",
		[SEAT_CHECK_CURRENCY] = "price_currency",
		[SEAT_CHECK_CONTRACT_PRICE] = "contract_price",
		[SEAT_CHECK_CONTRACT_QUANTITY] = "contract_quantity",
		[SEAT_CHECK_FREE] = "line_free",
	};

	return words[check];
}

static struct seat_worth worth_of(const struct seat_look *it, enum seat_check check,
                                  const struct seat_line *line, const struct seat_finding *of)
{
	if (check == SEAT_CHECK_BILLED || check == SEAT_CHECK_CONTRACT_QUANTITY)
		return seat_worth_units(it->book, line, of->expected, of->found);
	if (check == SEAT_CHECK_GAP)
		return seat_worth_gap(it->book, line, of->expected, of->found);
	return check == SEAT_CHECK_OVERLAP
	           ? seat_worth_time(it->book, line, of->expected, of->found)
	           : (struct seat_worth){ .currency = "" };
}

/* Of lines the amounts, of seats and times nothing: those are held against all lines at once. */
static bool is_added_up(enum seat_check check)
{
	return check == SEAT_CHECK_PRICE || check == SEAT_CHECK_CONTRACT_PRICE ||
	       check == SEAT_CHECK_CURRENCY || check == SEAT_CHECK_FREE;
}

/* By the rules of when the invoice was issued. */
static bool is_tolerated(const struct seat_look *it, const struct seat_line *line,
                         const struct seat_finding *finding)
{
	const int64_t tolerance = it->book->invoices[line->invoice].tolerance;
	int64_t off;

	if (finding->expected == finding->found)
		return true;
	return (finding->check == SEAT_CHECK_PRICE ||
	        finding->check == SEAT_CHECK_CONTRACT_PRICE) &&
	       *finding->currency != '\0' &&
	       !__builtin_sub_overflow(finding->expected, finding->found, &off) &&
	       off <= tolerance && off >= -tolerance;
}

static void add_up(struct seat_finding *sum, const struct seat_finding *finding)
{
	int64_t expected;
	int64_t found;

	if (!is_added_up(sum->check) || !text_equal(sum->currency, finding->currency) ||
	    __builtin_add_overflow(sum->expected, finding->expected, &expected) ||
	    __builtin_add_overflow(sum->found, finding->found, &found))
		return;
	sum->expected = expected;
	sum->found = found;
}

/* One stands for all of a rule, an item and an invoice. */
void seat_note(struct seat_look *it, enum seat_check check, const struct seat_line *line,
               struct seat_finding finding)
{
	struct seat_findings *const findings = it->findings;

	finding.check = check;
	finding.worth = worth_of(it, check, line, &finding);
	finding.item = it->book->items[line->item];
	finding.invoice = it->book->invoices[line->invoice].id;
	if (is_tolerated(it, line, &finding))
		return;
	for (size_t i = 0; i < findings->count; i++) {
		struct seat_finding *const other = &findings->list[i];

		if (other->check == check && text_equal(other->item, finding.item) &&
		    text_equal(other->invoice, finding.invoice)) {
			add_up(other, &finding);
			return;
		}
	}
	if (findings->count < SEAT_BOOK_FINDINGS)
		findings->list[findings->count++] = finding;
}

/* Seats. */

/* What else is billed of the item within the line's time. */
static size_t billed_of(const struct seat_look *it, const struct seat_line *period,
                        struct seat_billed *billed)
{
	size_t count = 0;

	for (size_t i = 0; i < it->book->line_count; i++) {
		const struct seat_line *const line = &it->book->lines[i];

		if (line->item == period->item && time_before(line->start, period->end) &&
		    time_before(period->start, line->end))
			billed[count++] =
			    (struct seat_billed){ line->start, line->end,
				                  line->kind == SEAT_LINE_BACK ? -line->quantity
				                                               : line->quantity };
	}
	return count;
}

/* An item as it was known by each of the instants; each is made when it is asked for. */
struct knowledge {
	struct instant by[KNOWN_BY];
	struct seat_timeline *timelines[KNOWN_BY];
	bool known[KNOWN_BY];
	struct seat_billed *billed; /* for working */
};

static bool known_by(const struct seat_look *it, struct knowledge *knowledge, size_t item,
                     size_t place)
{
	if (knowledge->timelines[place] == NULL) {
		struct seat_timeline *const made = arena_alloc(it->arena, sizeof(*made));

		knowledge->timelines[place] = made;
		knowledge->known[place] =
		    seat_book_timeline(it->book, item, knowledge->by[place], made) &&
		    made->count > 0;
	}
	return knowledge->known[place];
}

/* Most months: one line, one quantity, as many as there are. */
static bool is_plain(const struct seat_timeline *timeline, const struct seat_billed *billed,
                     size_t count, struct instant from, struct instant until)
{
	int64_t quantity;

	if (count != 1 || !seat_at(timeline, from, TIME_MAX, &quantity) ||
	    quantity != billed->quantity)
		return false;
	for (size_t i = 0; i < timeline->count; i++)
		if (time_before(from, timeline->changes[i].effective_at) &&
		    time_before(timeline->changes[i].effective_at, until))
			return false;
	return true;
}

static struct seat_difference compare(const struct seat_look *it, const struct seat_line *line,
                                      const struct seat_timeline *timeline,
                                      struct seat_billed *billed)
{
	const struct instant from = time_later(line->start, timeline->changes[0].effective_at);
	const struct instant until =
	    it->book->ended ? time_earlier(line->end, it->book->end) : line->end;
	const size_t count = billed_of(it, line, billed);

	if (!time_before(from, until) || is_plain(timeline, billed, count, from, until))
		return (struct seat_difference){ .days = 0 };
	return seat_against_billed(timeline, billed, count, from, until);
}

const char *seat_day_text(struct arena *arena, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return arena_text(arena, time_format(at, text), strlen("2026-05-01"));
}

/*
 * The newest invoice knows of what was before it was drawn up, perhaps of what came until it was issued, an hour
 * later; and the provider dates an invoice and the change that it bills some seconds apart, either before the
 * other. Only what is wrong by each of these is wrong.
 */
static void check_line(struct seat_look *it, struct knowledge *knowledge,
                       const struct seat_line *line)
{
	struct seat_difference found = { .days = 0 };

	for (size_t i = 0; i < KNOWN_BY; i++) {
		if (!known_by(it, knowledge, line->item, i))
			continue;
		found = compare(it, line, knowledge->timelines[i], knowledge->billed);
		if (found.days == 0)
			return;
	}
	if (found.days == 0)
		return;
	seat_note(it, SEAT_CHECK_BILLED, line,
	          (struct seat_finding){
		      .expected = found.expected,
		      .found = found.found,
		      .sentence = arena_printf(
			  it->arena,
			  "%" PRId64 " seats are billed where %" PRId64
			  " were in force, on %" PRId32 " days; so on %s.",
			  found.found, found.expected, found.days,
			  seat_day_text(it->arena, (struct instant){ found.day * DAYS(1).us })) });
}

static void check_seats(struct seat_look *it, size_t item)
{
	struct knowledge knowledge = {
		.by = { it->drawn, time_add(it->drawn, SEAT_BOOK_SLACK), it->issued,
		        time_add(it->issued, SEAT_BOOK_SLACK) },
		.billed =
		    arena_alloc(it->arena, (it->book->line_count + 1) * sizeof(struct seat_billed)),
	};

	for (size_t i = 0; i < it->book->line_count; i++)
		if (it->book->lines[i].item == item && it->book->lines[i].kind == SEAT_LINE_PERIOD)
			check_line(it, &knowledge, &it->book->lines[i]);
}

/* Periods. */

/* What a line bills, cut where it was given back. */
struct span {
	size_t place; /* of its line */
	struct instant start;
	struct instant end;
};

static int by_start(const void *a, const void *b)
{
	const struct seat_line *const left = *(const struct seat_line *const *)a;
	const struct seat_line *const right = *(const struct seat_line *const *)b;

	if (left->start.us != right->start.us)
		return left->start.us < right->start.us ? -1 : 1;
	if ((left->kind == SEAT_LINE_BACK) != (right->kind == SEAT_LINE_BACK))
		return left->kind == SEAT_LINE_BACK ? 1 : -1;
	if (left->invoice != right->invoice)
		return left->invoice < right->invoice ? -1 : 1;
	return left < right ? -1 : left > right;
}

/* What a credit gives back was billed by the last that began before it; else by one that began with it. */
static struct span *given_back(struct span *spans, size_t count, const struct seat_line *credit)
{
	struct span *found = NULL;

	for (size_t i = 0; i < count; i++) {
		struct span *const span = &spans[i];

		if (time_before(credit->start, span->start) ||
		    !time_before(credit->start, span->end))
			continue;
		if (found == NULL ||
		    (span->start.us < credit->start.us &&
		     (found->start.us == credit->start.us || span->start.us > found->start.us)))
			found = span;
	}
	return found;
}

static size_t lines_of(const struct seat_look *it, size_t item, const struct seat_line **lines)
{
	size_t count = 0;

	for (size_t i = 0; i < it->book->line_count; i++)
		if (it->book->lines[i].item == item)
			lines[count++] = &it->book->lines[i];
	qsort(lines, count, sizeof(const struct seat_line *), by_start);
	return count;
}

static size_t spans_of(const struct seat_line **lines, size_t line_count, struct span *spans)
{
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < line_count; i++) {
		struct span *const back =
		    lines[i]->kind == SEAT_LINE_BACK ? given_back(spans, count, lines[i]) : NULL;

		if (back != NULL)
			back->end = lines[i]->start;
		if (lines[i]->kind != SEAT_LINE_BACK)
			spans[count++] = (struct span){ i, lines[i]->start, lines[i]->end };
	}
	for (size_t i = 0; i < count; i++)
		if (time_before(spans[i].start, spans[i].end))
			spans[kept++] = spans[i];
	return kept;
}

static int by_span(const void *a, const void *b)
{
	const struct span *const left = a;
	const struct span *const right = b;

	if (left->start.us != right->start.us)
		return left->start.us < right->start.us ? -1 : 1;
	if (left->end.us != right->end.us)
		return left->end.us < right->end.us ? -1 : 1;
	return left->place < right->place ? -1 : 1;
}

/* As many periods as the gap has of the length that follows it: each began in a trial or a pause. */
static bool is_free(const struct seat_look *it, struct instant start, const struct seat_line *after)
{
	const int64_t span = after->start.us - start.us;
	const int64_t count = seat_worth_periods(after, start);

	if (count > UNBILLED_MAX)
		return false;
	for (int64_t i = 0; i < count; i++)
		if (!seat_book_unbilled(it->book, (struct instant){ start.us + span / count * i }))
			return false;
	return true;
}

/* Each begins where the one before it ends, to the second. */
static void check_meeting(struct seat_look *it, struct instant end, struct instant start,
                          const struct seat_line *line)
{
	const int64_t expected = end.us / SECONDS(1).us;
	const int64_t found = start.us / SECONDS(1).us;
	const bool gap = found > expected;

	if (found == expected || (gap && is_free(it, end, line)))
		return;
	seat_note(it, gap ? SEAT_CHECK_GAP : SEAT_CHECK_OVERLAP, line,
	          (struct seat_finding){
		      .expected = expected,
		      .found = found,
		      .sentence = arena_printf(it->arena, "%" PRId64 " seconds are billed %s.",
	                                       gap ? found - expected : expected - found,
	                                       gap ? "by none" : "a second time"),
		  });
}

/*
 * An invoice bills each tier by a line of its own: of what was used when the time is over, of seats at units that differ, or
 * without one.
 */
static bool is_tier(const struct seat_look *it, const struct seat_line *before,
                    const struct seat_line *line)
{
	return before->invoice == line->invoice && before->start.us == line->start.us &&
	       before->end.us == line->end.us && text_equal(before->price, line->price) &&
	       (!line->has_unit || before->unit.whole != line->unit.whole ||
	        before->unit.fraction != line->unit.fraction ||
	        !time_before(it->book->invoices[line->invoice].issued, line->end));
}

static void check_periods(struct seat_look *it, size_t item)
{
	const size_t room = it->book->line_count + 1;
	struct span *const spans = arena_alloc(it->arena, room * sizeof(*spans));
	const struct seat_line **const lines =
	    arena_alloc(it->arena, room * sizeof(const struct seat_line *));
	const size_t count = spans_of(lines, lines_of(it, item, lines), spans);
	struct instant end = { 0 };

	qsort(spans, count, sizeof(*spans), by_span);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && !is_tier(it, lines[spans[i - 1].place], lines[spans[i].place]))
			check_meeting(it, end, spans[i].start, lines[spans[i].place]);
		end = i > 0 ? time_later(end, spans[i].end) : spans[i].end;
	}
}

/* Free though its price is not, and nobody tries it out or has paused: somebody has to look. */
static void check_free(struct seat_look *it, const struct seat_line *line)
{
	struct seat_finding finding = {
		.expected = invoice_decimal_times(line->unit, line->quantity),
		.sentence =
		    "Nothing is billed for a time that is no trial, at a price that is not free.",
	};

	if (!line->free || seat_book_unbilled(it->book, line->start))
		return;
	memcpy(finding.currency, it->book->invoices[line->invoice].currency,
	       sizeof(finding.currency));
	seat_note(it, SEAT_CHECK_FREE, line, finding);
}

void seat_book_check(struct arena *arena, const struct seat_book *book,
                     const struct seat_contract *contracts, size_t count,
                     const struct currency_policy *currencies, struct seat_findings *findings)
{
	struct seat_look it = { .arena = arena,
		                .book = book,
		                .contracts = contracts,
		                .contract_count = count,
		                .currencies = currencies,
		                .findings = findings };

	findings->count = 0;
	for (size_t i = 0; i < book->invoice_count; i++) {
		it.cut = it.cut || book->invoices[i].cut;
		it.issued = i == 0 ? book->invoices[i].issued
		                   : time_later(it.issued, book->invoices[i].issued);
	}
	for (size_t i = 0; i < book->line_count; i++)
		it.drawn =
		    i == 0 ? book->lines[i].start : time_later(it.drawn, book->lines[i].start);
	it.drawn = time_earlier(it.drawn, it.issued);
	for (size_t i = 0; i < book->line_count; i++)
		seat_check_price(&it, &book->lines[i]);
	for (size_t i = 0; i < book->line_count; i++)
		if (book->lines[i].kind == SEAT_LINE_PERIOD)
			check_free(&it, &book->lines[i]);
	for (size_t i = 0; i < book->item_count && !it.cut; i++) {
		check_seats(&it, i);
		check_periods(&it, i);
	}
}
