#include "services/billing-sync/ledger/balance_transaction.h"

#include "common/base/ratio.h"
#include "common/base/text.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define RATE_FIELD "exchange_rate"

/*
 * The rate's own digits: a parser would make floating point of them. The text is known to be valid JSON,
 * so the scan needs to know texts and depth only.
 */

static const char *text_end(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at + 1 : end;
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) != NULL)
		at++;
	return at;
}

/* The value of a member of the top object; NULL: it has none of that name, written without escapes. */
static const char *member(const char *at, const char *end, const char *name)
{
	const size_t size = strlen(name);
	int depth = 0;

	while (at < end) {
		const char *const token = at;

		if (*token != '"') {
			depth += *token == '{' || *token == '[';
			depth -= *token == '}' || *token == ']';
			at++;
			continue;
		}
		at = text_end(token, end);
		if (depth != 1 || (size_t)(at - token) != size + 2 ||
		    memcmp(token + 1, name, size) != 0)
			continue;
		at = skip_blanks(at, end);
		if (at < end && *at == ':')
			return skip_blanks(at + 1, end);
	}
	return NULL;
}

static bool rate_read(struct arena *arena, const struct json_place *top, struct bytes json,
                      const char **rate, struct json_error *error)
{
	const char *const end = (const char *)json.data + json.size;
	const char *from = member(json.data, end, RATE_FIELD);
	struct ratio exact;
	size_t size = 0;

	*rate = "";
	if (!json_has(top, RATE_FIELD))
		return true;
	if (from == NULL)
		return json_refuse(top, RATE_FIELD, error, "its name must not be escaped");
	from += *from == '"';
	while (from + size < end && strchr("0123456789.eE+-", from[size]) != NULL)
		size++;
	*rate = arena_text(arena, from, size);
	return ratio_parse(*rate, &exact) ||
	       json_refuse(top, RATE_FIELD, error, "must be a decimal above 0 of at most %d digits",
	                   RATIO_DIGITS_MAX);
}

static bool amounts_read(const struct json_place *top, struct balance_transaction *read,
                         struct json_error *error)
{
	int64_t net;

	if (!json_integer_at(top, "amount", INT64_MIN + 1, INT64_MAX, &read->amount, error) ||
	    !json_integer_at(top, "fee", INT64_MIN + 1, INT64_MAX, &read->fee, error) ||
	    !json_integer_at(top, "net", INT64_MIN + 1, INT64_MAX, &read->net, error))
		return false;
	if (__builtin_sub_overflow(read->amount, read->fee, &net) || net != read->net)
		return json_refuse(top, "net", error, "must be the amount less the fee");
	return true;
}

static bool words_read(struct arena *arena, const struct json_place *top,
                       struct balance_transaction *read, struct json_error *error)
{
	if (!stripe_id_if(arena, top, "id", &read->id, error) ||
	    !stripe_word_if(arena, top, "type", &read->type, error) ||
	    !stripe_word_if(arena, top, "reporting_category", &read->reporting_category, error) ||
	    !stripe_id_if(arena, top, "source", &read->source, error) ||
	    !stripe_currency_at(top, "currency", read->currency, error))
		return false;
	if (read->id[0] == '\0')
		return json_refuse(top, "id", error, "is missing");
	return read->type[0] != '\0' || json_refuse(top, "type", error, "is missing");
}

bool balance_transaction_read(struct arena *arena, struct bytes json,
                              struct balance_transaction *transaction, struct json_error *error)
{
	struct balance_transaction read = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;
	bool has = false;

	if (!json_parse_brief(json, BALANCE_TRANSACTION_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!words_read(arena, &top, &read, error) || !amounts_read(&top, &read, error) ||
	    !stripe_time_if(&top, "created", &has, &read.created, error) ||
	    !rate_read(arena, &top, json, &read.exchange_rate, error))
		return false;
	if (!has)
		return json_refuse(&top, "created", error, "is missing");
	*transaction = read;
	return true;
}

bool balance_transaction_in_money(const struct currency_policy *policy,
                                  struct balance_transaction *transaction,
                                  char reason[static CURRENCY_REASON_SIZE])
{
	struct money amount;
	struct money fee;
	struct money net;

	if (!currency_read(policy, transaction->currency, transaction->amount, &amount, reason) ||
	    !currency_read(policy, transaction->currency, transaction->fee, &fee, reason) ||
	    !currency_read(policy, transaction->currency, transaction->net, &net, reason))
		return false;
	transaction->amount = amount.minor;
	transaction->fee = fee.minor;
	transaction->net = net.minor;
	return true;
}

/* Within their objects. */

static size_t add_within(const json_t *value, const json_t **found, size_t count)
{
	if (count < BALANCE_TRANSACTIONS_WITHIN && json_is_object(value))
		found[count++] = value;
	return count;
}

size_t balance_transactions_within(const json_t *object,
                                   const json_t *found[static BALANCE_TRANSACTIONS_WITHIN])
{
	static const char *const fields[] = { "balance_transaction",
		                              "failure_balance_transaction" };
	const json_t *const list = json_object_get(object, "balance_transactions");
	size_t count = 0;
	const json_t *item;
	size_t i;

	for (size_t k = 0; k < COUNT_OF(fields); k++)
		count = add_within(json_object_get(object, fields[k]), found, count);
	json_array_foreach(list, i, item)
	{
		count = add_within(item, found, count);
	}
	return count;
}
