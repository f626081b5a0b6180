#include "services/billing-sync/rule/fx.h"

#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#define RATE_TEXT_MAX 20

/* Reading. */

static bool rate_read(const struct json_place *rates, const char *field, const char *base,
                      struct fx_rate *rate, struct json_error *error)
{
	struct fx_rate read = { 0 };
	const char *text;

	if (!money_currency(field, read.currency) || !text_equal(read.currency, field))
		return json_refuse(rates, field, error, "must be a currency as USD");
	if (text_equal(field, base))
		return json_refuse(rates, field, error, "is the base");
	if (!json_text_at(rates, field, RATE_TEXT_MAX, &text, error))
		return false;
	if (!ratio_parse(text, &read.rate))
		return json_refuse(rates, field, error,
		                   "must be a decimal above 0 of at most %d digits",
		                   RATIO_DIGITS_MAX);
	*rate = read;
	return true;
}

static bool day_read(struct arena *arena, const struct json_place *place, const char *base,
                     struct fx_day *day, struct json_error *error)
{
	static const char *const fields[] = { "date", "rates", NULL };
	struct json_place rates;
	struct fx_rate *read;
	struct date date;
	size_t count = 0;

	if (!json_only(place, fields, error) || !json_date_at(place, "date", &date, error) ||
	    !json_object_at(place, "rates", &rates, error))
		return false;
	if (json_object_size(rates.value) < 1 || json_object_size(rates.value) > FX_RATES_MAX)
		return json_refuse(place, "rates", error, "must be 1 to %d", FX_RATES_MAX);
	read = arena_zero(arena, json_object_size(rates.value) * sizeof(*read));
	for (void *at = json_object_iter(rates.value); at != NULL;
	     at = json_object_iter_next(rates.value, at))
		if (!rate_read(&rates, json_object_iter_key(at), base, &read[count++], error))
			return false;
	*day = (struct fx_day){ date_days(date), read, count };
	return true;
}

static bool days_read(struct arena *arena, const struct json_place *top,
                      struct fx_document *document, struct json_error *error)
{
	struct json_place list;
	struct fx_day *days;

	if (!json_array_at(top, "days", FX_DAYS_MAX, &list, error))
		return false;
	days = arena_zero(arena, json_count(&list) * sizeof(*days) + 1);
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!day_read(arena, &item, document->base, &days[i], error))
			return false;
		if (i > 0 && days[i].day <= days[i - 1].day)
			return json_refuse(&item, "date", error, "must be after the one before");
	}
	document->days = days;
	document->count = json_count(&list);
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "base", "days", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct fx_document *const document = result;

	if (!policy_currency_at(top, "base", document->base, error) ||
	    !days_read(arena, top, document, error))
		return false;
	if (document->head.source[0] == '\0')
		return json_refuse(top, "source", error, "is missing");
	return true;
}

const struct policy_kind fx_kind = {
	.folder = "fx",
	.size = sizeof(struct fx_document),
	.fields = document_fields,
	.read = document_read,
};

/* Asking. */

static const struct fx_day *day_of(const struct fx_document *document, int64_t day)
{
	for (size_t i = 0; i < document->count; i++)
		if (document->days[i].day == day)
			return &document->days[i];
	return NULL;
}

/* One unit of the base in that currency. */
static bool base_rate(const struct fx_document *document, const struct fx_day *day,
                      const char *currency, struct ratio *rate)
{
	if (text_equal(document->base, currency)) {
		*rate = (struct ratio){ 1, 1 };
		return true;
	}
	for (size_t i = 0; i < day->count; i++) {
		if (!text_equal(day->rates[i].currency, currency))
			continue;
		*rate = day->rates[i].rate;
		return true;
	}
	return false;
}

static bool missing(int64_t day, const char *currency, const char *what,
                    char reason[static FX_REASON_SIZE])
{
	const struct date date = date_of_days(day);

	snprintf(reason, FX_REASON_SIZE, "%s on %04d-%02d-%02d: %s", currency, date.year,
	         date.month, date.day, what);
	return false;
}

bool fx_rate(const struct policy_book *book, const struct fx_question *question, struct ratio *rate,
             char reason[static FX_REASON_SIZE])
{
	const char *lacking = question->from;

	if (text_equal(question->from, question->to)) {
		*rate = (struct ratio){ 1, 1 };
		return true;
	}
	for (size_t i = book->count; i > 0; i--) {
		const struct fx_document *const document =
		    (const void *)(book->policies + (i - 1) * book->size);
		const struct fx_day *const found = day_of(document, question->day);
		struct ratio one_from;
		struct ratio one_to;

		if (time_before(question->known_at, document->head.effective_from) ||
		    found == NULL || !base_rate(document, found, question->from, &one_from))
			continue;
		lacking = question->to;
		if (!base_rate(document, found, question->to, &one_to))
			continue;
		return ratio_divide(one_to, one_from, rate) ||
		       missing(question->day, question->to, "the rate has too many digits", reason);
	}
	return missing(question->day, lacking, "there is no rate", reason);
}

int64_t fx_day_after(const struct policy_book *book, int64_t day)
{
	int64_t after = INT64_MAX;

	for (size_t i = 0; i < book->count; i++) {
		const struct fx_document *const document =
		    (const void *)(book->policies + i * book->size);

		for (size_t k = 0; k < document->count; k++)
			if (document->days[k].day > day && document->days[k].day < after)
				after = document->days[k].day;
	}
	return after;
}

static int64_t power_of_ten(int exponent)
{
	int64_t power = 1;

	for (int i = 0; i < exponent; i++)
		power *= 10;
	return power;
}

bool fx_minor(const struct fx_question *question, struct ratio rate, struct ratio *minor,
              char reason[static FX_REASON_SIZE])
{
	const int from = money_exponent(question->from);
	const int to = money_exponent(question->to);

	if (from < 0 || to < 0)
		return missing(question->day, from < 0 ? question->from : question->to,
		               "no currency is known by this code", reason);
	return ratio_multiply(rate, ratio_of(power_of_ten(to), power_of_ten(from)), minor) ||
	       missing(question->day, question->to, "the rate has too many digits", reason);
}
