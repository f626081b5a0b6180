#include "services/billing-sync/ledger/chart.h"

#include "common/base/text.h"

#include <string.h>

static const char *const names[] = {
	[ACCOUNT_RECEIVABLE] = "receivable",
	[ACCOUNT_UNBILLED] = "unbilled_receivable",
	[ACCOUNT_CLEARING] = "clearing",
	[ACCOUNT_CASH_IN_TRANSIT] = "cash_in_transit",
	[ACCOUNT_CASH] = "cash",
	[ACCOUNT_EXCHANGE] = "exchange",
	[ACCOUNT_SUSPENSE] = "suspense",
	[ACCOUNT_DEFERRED_REVENUE] = "deferred_revenue",
	[ACCOUNT_TAX_PAYABLE] = "tax_payable",
	[ACCOUNT_CREDITS] = "credits",
	[ACCOUNT_REVENUE] = "revenue",
	[ACCOUNT_REFUNDS] = "refunds",
	[ACCOUNT_DISPUTES] = "disputes",
	[ACCOUNT_FEES] = "fees",
	[ACCOUNT_BAD_DEBT] = "bad_debt",
	[ACCOUNT_FX] = "fx_gain_loss",
	[ACCOUNT_COUNT] = NULL,
};

static const char *const types[] = {
	[ACCOUNT_TYPE_ASSET] = "asset",     [ACCOUNT_TYPE_LIABILITY] = "liability",
	[ACCOUNT_TYPE_INCOME] = "income",   [ACCOUNT_TYPE_CONTRA_INCOME] = "contra_income",
	[ACCOUNT_TYPE_EXPENSE] = "expense", [ACCOUNT_TYPE_EXPENSE + 1] = NULL,
};

static const enum account_type wanted_types[ACCOUNT_COUNT] = {
	[ACCOUNT_RECEIVABLE] = ACCOUNT_TYPE_ASSET,
	[ACCOUNT_UNBILLED] = ACCOUNT_TYPE_ASSET,
	[ACCOUNT_CLEARING] = ACCOUNT_TYPE_ASSET,
	[ACCOUNT_CASH_IN_TRANSIT] = ACCOUNT_TYPE_ASSET,
	[ACCOUNT_CASH] = ACCOUNT_TYPE_ASSET,
	[ACCOUNT_EXCHANGE] = ACCOUNT_TYPE_ASSET,
	[ACCOUNT_SUSPENSE] = ACCOUNT_TYPE_LIABILITY,
	[ACCOUNT_DEFERRED_REVENUE] = ACCOUNT_TYPE_LIABILITY,
	[ACCOUNT_TAX_PAYABLE] = ACCOUNT_TYPE_LIABILITY,
	[ACCOUNT_CREDITS] = ACCOUNT_TYPE_LIABILITY,
	[ACCOUNT_REVENUE] = ACCOUNT_TYPE_INCOME,
	[ACCOUNT_REFUNDS] = ACCOUNT_TYPE_CONTRA_INCOME,
	[ACCOUNT_DISPUTES] = ACCOUNT_TYPE_CONTRA_INCOME,
	[ACCOUNT_FEES] = ACCOUNT_TYPE_EXPENSE,
	[ACCOUNT_BAD_DEBT] = ACCOUNT_TYPE_EXPENSE,
	[ACCOUNT_FX] = ACCOUNT_TYPE_EXPENSE,
};

const char *chart_name(enum account account)
{
	return names[account];
}

bool chart_find(const char *name, enum account *account)
{
	for (int i = 0; i < ACCOUNT_COUNT; i++) {
		if (!text_equal(names[i], name))
			continue;
		*account = (enum account)i;
		return true;
	}
	return false;
}

bool chart_type_debits(enum account_type type)
{
	return type != ACCOUNT_TYPE_LIABILITY && type != ACCOUNT_TYPE_INCOME;
}

static bool type_read(const struct json_place *place, int account, enum account_type *type,
                      struct json_error *error)
{
	static const char *const sides[] = { "credit", "debit", NULL };
	int read;
	int side;

	if (!json_word_at(place, "type", types, &read, error) ||
	    !json_word_at(place, "side", sides, &side, error))
		return false;
	if ((enum account_type)read != wanted_types[account])
		return json_refuse(place, "type", error, "must be %s, as the rules book it",
		                   types[wanted_types[account]]);
	*type = (enum account_type)read;
	return (side == 1) == chart_type_debits(*type) ||
	       json_refuse(place, "side", error, "is not that of its type");
}

static bool account_read(struct arena *arena, const struct json_place *place, struct chart *chart,
                         struct json_error *error)
{
	static const char *const fields[] = {
		"account", "number", "type", "side", "sentence", NULL
	};
	struct chart_account read = { 0 };
	int account;

	if (!json_only(place, fields, error) ||
	    !json_word_at(place, "account", names, &account, error))
		return false;
	if (chart->accounts[account].sentence != NULL)
		return json_refuse(place, "account", error, "is there twice");
	if (!json_text_at(place, "number", CHART_NUMBER_MAX, &read.number, error) ||
	    !type_read(place, account, &read.type, error) ||
	    !json_text_at(place, "sentence", CHART_SENTENCE_MAX, &read.sentence, error))
		return false;
	read.number = arena_string(arena, read.number);
	read.sentence = arena_string(arena, read.sentence);
	chart->accounts[account] = read;
	return true;
}

/* What a document of the first version cannot know. */
static bool is_needed(const struct chart *chart, int account)
{
	return chart->head.version > 1 || account != ACCOUNT_UNBILLED;
}

static bool same_number(const struct chart *chart, int a, int b)
{
	return chart->accounts[a].number != NULL && chart->accounts[b].number != NULL &&
	       text_equal(chart->accounts[a].number, chart->accounts[b].number);
}

static bool numbers_differ(const struct json_place *list, const struct chart *chart,
                           struct json_error *error)
{
	for (int i = 0; i < ACCOUNT_COUNT; i++) {
		if (chart->accounts[i].sentence == NULL && is_needed(chart, i))
			return json_refuse(list, NULL, error, "must have the account %s", names[i]);
		for (int k = 0; k < i; k++)
			if (same_number(chart, i, k))
				return json_refuse(list, NULL, error,
				                   "%s and %s have the same number", names[k],
				                   names[i]);
	}
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "accounts", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct chart *const chart = result;
	struct json_place list;

	if (!json_array_at(top, "accounts", ACCOUNT_COUNT, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!account_read(arena, &item, chart, error))
			return false;
	}
	if (!numbers_differ(&list, chart, error))
		return false;
	return true;
}

const struct policy_kind chart_kind = {
	.folder = "chart",
	.size = sizeof(struct chart),
	.fields = document_fields,
	.read = document_read,
};
