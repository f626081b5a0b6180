#include "services/classifier/entity.h"

#include "common/base/status.h"
#include "services/classifier/entity_inside.h"

static entity_reader *const readers[] = {
	entity_read_url,         entity_read_email,          entity_read_uuid,
	entity_read_provider_id, entity_read_invoice_number, entity_read_reference,
	entity_read_card,        entity_read_phone,          entity_read_internet_address,
	entity_read_date,        entity_read_month_name,     entity_read_relative_day,
	entity_read_time,        entity_read_status,         entity_read_error_code,
	entity_read_version,     entity_read_amount,
};

const char *entity_kind_name(enum entity_kind kind)
{
	static const char *const names[ENTITIES] = {
		[ENTITY_INVOICE] = "invoice",
		[ENTITY_CHARGE] = "charge",
		[ENTITY_PAYMENT_INTENT] = "payment_intent",
		[ENTITY_REFUND] = "refund",
		[ENTITY_SUBSCRIPTION] = "subscription",
		[ENTITY_CUSTOMER] = "customer",
		[ENTITY_DISPUTE] = "dispute",
		[ENTITY_EVENT] = "event",
		[ENTITY_REQUEST] = "request",
		[ENTITY_PROVIDER_ID] = "provider_id",
		[ENTITY_TICKET] = "ticket",
		[ENTITY_AMOUNT] = "amount",
		[ENTITY_CARD_NUMBER] = "card_number",
		[ENTITY_PHONE] = "phone",
		[ENTITY_DATE] = "date",
		[ENTITY_TIME] = "time",
		[ENTITY_EMAIL] = "email",
		[ENTITY_ERROR_CODE] = "error_code",
		[ENTITY_VERSION] = "version",
		[ENTITY_URL] = "url",
	};

	return names[kind];
}

static bool read_any(struct scan *scan, size_t at, struct finding *found)
{
	for (size_t i = 0; i < COUNT_OF(readers); i++)
		if (readers[i](scan, at, found))
			return true;
	return false;
}

/* Behind digits that are nothing, with those that hang on them: "1.2,3" has no date inside. */
static size_t skip(struct scan *scan, size_t at)
{
	if (!is_digit(scan_code(scan, at)))
		return at + 1;
	while (is_digit(scan_code(scan, at))) {
		const uint32_t next = scan_code(scan, at + 1);
		const bool hangs = (next == '.' || next == ',' || next == '\'') &&
		                   is_digit(scan_code(scan, at + 2));
		at += hangs ? 2 : 1;
	}
	return at;
}

size_t entity_scan(struct scan *scan, struct entity *entities, size_t max)
{
	struct finding found;
	size_t count = 0;
	size_t resumed = 0; /* behind the T of a date with its time, too */

	for (size_t at = 0; at < scan->text->count && count < max;) {
		if (at != resumed && (scan_code(scan, at) == ' ' || !scan_word_starts(scan, at))) {
			at++;
		} else if (read_any(scan, at, &found)) {
			found.entity.span = prepared_span(scan->text, found.first, found.last);
			if (!found.nothing)
				entities[count++] = found.entity;
			at = resumed = found.next;
		} else {
			at = skip(scan, at);
		}
	}
	return count;
}

size_t entities_find(struct arena *arena, const struct prepared *text, enum language language,
                     struct entity *entities, size_t max)
{
	struct scan scan = { .arena = arena, .text = text, .language = language };

	return entity_scan(&scan, entities, max);
}
