#include "services/opsmesh/ledger_ask.h"

#include "common/base/text.h"

#include <string.h>

#define CUSTOMER_BYTES_MAX 255 /* the provider's own limit of an id */

static bool word_of(const char *text, const char *const *words, int *place)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (!text_equal(words[i], text))
			continue;
		*place = i;
		return true;
	}
	return false;
}

bool period_parse(const char *text, struct instant *from, struct instant *before)
{
	int64_t first;
	int64_t end;

	if (!date_span(text, &first, &end))
		return false;
	*from = (struct instant){ DAYS(first).us };
	*before = (struct instant){ DAYS(end).us };
	return true;
}

static bool read_time(const struct tool *tool, struct ledger_ask *ask, const char **wrong)
{
	const char *const at = tool_option(tool, "--at");
	const char *const period = tool_option(tool, "--period");

	if (at != NULL && period != NULL) {
		*wrong = "--at and --period: one of them";
		return false;
	}
	if (!tool_instant(tool, "--at", &ask->at)) {
		*wrong = "--at wants a time as 2026-05-01T00:00:00Z";
		return false;
	}
	if (period != NULL && !period_parse(period, &ask->from, &ask->before)) {
		*wrong = "--period wants a month as 2026-05, or a day as 2026-05-01";
		return false;
	}
	if (at != NULL)
		ask->before = time_add(ask->at, (struct duration){ 1 });
	if (period != NULL) {
		ask->at = ask->before;
		ask->period = period;
	}
	return true;
}

static bool read_customer(const struct tool *tool, struct ledger_ask *ask, const char **wrong)
{
	const char *const option = tool_option(tool, "--customer");
	const char *const word = tool->word_count > 1 ? tool->words[1] : NULL;
	const char *const customer = option != NULL ? option : word;

	*wrong = "the customer stands there twice";
	if (option != NULL && word != NULL)
		return false;
	*wrong = "a statement is of a customer: opsmesh ledger statement CUSTOMER";
	if (customer == NULL)
		return ask->view != LEDGER_STATEMENT;
	*wrong = "the provider's balance is no customer's";
	if (ask->view == LEDGER_PROOF)
		return false;
	*wrong = "recurring revenue is shown of all customers";
	if (ask->view == LEDGER_RECURRING)
		return false;
	*wrong = "that is no customer's id";
	ask->customer = customer;
	return customer[0] != '\0' && strlen(customer) <= CUSTOMER_BYTES_MAX &&
	       text_valid(bytes_of(customer));
}

/* What another ledger takes over is whole, and carries an id that is the same whenever it is asked for. */
static bool whole(const struct ledger_ask *ask, const char **wrong)
{
	if (ask->format != LEDGER_NETSUITE)
		return true;
	*wrong = "netsuite takes whole journal entries: opsmesh ledger journal";
	if (ask->view == LEDGER_STATEMENT || ask->view == LEDGER_PROOF ||
	    ask->view == LEDGER_RECURRING ||
	    (ask->view == LEDGER_BALANCE && ask->customer[0] != '\0'))
		return false;
	*wrong = "netsuite takes over the balance of a time: --at or --period";
	return ask->view != LEDGER_BALANCE || ask->at.us != TIME_MIN.us;
}

bool ledger_ask_read(const struct tool *tool, struct ledger_ask *ask, const char **wrong)
{
	static const char *const views[] = { "balance", "statement", "journal",
		                             "proof",   "recurring", NULL };
	static const char *const formats[] = { "table", "csv", "netsuite", NULL };
	const char *const format = tool_option(tool, "--format");
	int view = 0;
	int form = 0;

	*ask = (struct ledger_ask){
		.customer = "", .from = TIME_MIN, .before = TIME_MAX, .at = TIME_MIN, .period = ""
	};
	*wrong = "one of balance, statement, journal, proof, recurring";
	if (!word_of(tool->words[0], views, &view))
		return false;
	*wrong = "--format: one of table, csv, netsuite";
	if (format != NULL && !word_of(format, formats, &form))
		return false;
	ask->view = (enum ledger_view)view;
	ask->format = (enum ledger_format)form;
	return read_time(tool, ask, wrong) && read_customer(tool, ask, wrong) && whole(ask, wrong);
}
