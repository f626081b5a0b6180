/*
 * opsmesh - the operator's hand tool: topics, events, requests, status, stories, dead letters.
 *
 * Each command is a row here and a file of its own. It reads Kafka and, as an operator who may change
 * nothing, PostgreSQL; whatever it changes is an action that goes in through ingest's door. Personal text
 * shows as "[sealed]" unless --reveal says why, and that is journalled first.
 */
#include "services/opsmesh/calendar.h"
#include "services/opsmesh/opsmesh.h"

static const struct config_key config_keys[] = {
	CONFIG(struct tool_settings, brokers, "KAFKA_BROKERS", "", NULL, NULL, "host:port, ..."),
	CONFIG_SECRET(struct tool_settings, database_url, "DATABASE_URL", "",
	              "A role that may read every schema."),
	CONFIG(struct tool_settings, ingest_url, "INGEST_URL", "", NULL, NULL,
	       "Where requests and actions go."),
	CONFIG_SECRET(struct tool_settings, api_key, "API_KEY", "",
	              "For actions; else the first of API_KEYS."),
	CONFIG_SECRET(struct tool_settings, api_keys, "API_KEYS", "",
	              "name:key:scope+scope;... or the same as JSON; send finds keys by name."),
	CONFIG_SECRET(struct tool_settings, stripe, "STRIPE_WEBHOOK_SECRETS", "",
	              "send signs with the first, here and below."),
	CONFIG_SECRET(struct tool_settings, slack, "SLACK_SIGNING_SECRETS", "", "Slack."),
	CONFIG_SECRET(struct tool_settings, zendesk, "ZENDESK_WEBHOOK_SECRETS", "", "Zendesk."),
	CONFIG_SECRET(struct tool_settings, intercom, "INTERCOM_CLIENT_SECRETS", "", "Intercom."),
	CONFIG_SECRET(struct tool_settings, linear, "LINEAR_WEBHOOK_SECRETS", "", "Linear."),
	CONFIG_SECRET(struct tool_settings, standard, "WEBHOOK_SECRETS", "", "Standard Webhooks."),
	CONFIG(struct tool_settings, partitions, "PARTITIONS", "0", "0", "256",
	       "That each topic is to have; 0: as the journal has them, 6 where there is none."),
	CONFIG(struct tool_settings, programs, "OPSMESH_BIN", "", NULL, NULL,
	       "The folder of the daemons; else this program's own."),
	CONFIG(
	    struct tool_settings, policies, "POLICY_DIRECTORY", "deploy/policies", NULL, NULL,
	    "The folder of policies: the chart of accounts, which NetSuite's numbers are from, and what "
	    "disputes are worth."),
	CONFIG_END,
};

#define REVEAL                                                                       \
	{                                                                            \
		"--reveal", "REASON", "shows personal text; journalled as an action" \
	}
#define AS_JSON                                          \
	{                                                \
		"--json", NULL, "JSON instead of tables" \
	}
#define END                  \
	{                    \
		.name = NULL \
	}

static const struct option topics_options[] = {
	{ "--create", NULL, "creates what is missing" },
	END,
};

static const struct option tail_options[] = {
	{ "--from", "start|end|TIME", "where to begin; start with --until-end, else end" },
	{ "--until-end", NULL, "stops at what was the end when it began" },
	{ "--type", "T", "only this ce_type, as ops.ticket.opened.v1" },
	{ "--key", "K", "only this key" },
	{ "--limit", "N", "so many events at most" },
	REVEAL,
	END,
};

static const struct option send_options[] = {
	{ "--recorded", NULL, "in recorded mode: each request brings its time" },
	{ "--until", "T", "with --recorded: sets the clock to T when all is sent" },
	END,
};

static const struct option status_options[] = {
	AS_JSON,
	{ "--wait", "T", "until every shard's time has reached T and all is published" },
	{ "--timeout", "D", "of --wait (60s)" },
	END,
};

static const struct option list_options[] = {
	{ "--due-within", "D", "only what is due within so long, as 4h, or overdue" },
	{ "--queue", "Q",
	  "only this queue: the classifier's, else the team; of cases their owner" },
	{ "--all", NULL, "discrepancies: also those that are healed or explained" },
	{ "--within", "D",
	  "renewals: due within so long (90d), or overdue; signals: of so long back" },
	{ "--account", "A", "renewals, signals, accounts: only this one" },
	{ "--owner", "O", "the same: only those that O looks after" },
	{ "--format", "table|csv|json", "the same: table unless said" },
	AS_JSON,
	END,
};

static const struct option alerts_options[] = {
	{ "--all", NULL, "also those that are resolved" },
	{ "--format", "table|json|alertmanager",
	  "alertmanager: what its API takes, historic ones as info" },
	END,
};

static const struct option rebuild_options[] = {
	{ "--verify", NULL, "compares what comes out with what the daemon has" },
	END,
};

static const struct option kpi_options[] = {
	{ "--by", "D", "by a dimension of the metric, as channel" },
	{ "--window", "hour|day|week|month", "of what span each number is; day unless said" },
	{ "--from", "W", "the first window: 2026-05-01, 2026-W18, 2026-05, or a time" },
	{ "--to", "W", "the last one, or a time not included; else the newest" },
	{ "--version", "N", "of the definition; else the one in force for each window" },
	{ "--format", "table|csv|json|svg", "table unless said" },
	END,
};

static const struct option explain_options[] = {
	AS_JSON,
	{ "--format", "text|json", "json: the same as --json" },
	{ "--by", "D=V", "of kpi: the number of one value of a dimension, as channel=email" },
	{ "--zone", "Z", "times in this zone, as Asia/Tokyo; else the customer's" },
	REVEAL,
	END,
};

static const struct option ledger_options[] = {
	{ "--customer", "C", "only this customer; of the journal, transactions that touch him" },
	{ "--at", "T", "what had happened by then; else all that is booked" },
	{ "--period", "P", "that month or day of the books, as 2026-05, 2026-05-01" },
	{ "--format", "table|csv|netsuite", "netsuite: journal entries for its CSV import" },
	END,
};

static const struct option dispute_options[] = {
	{ "--pdf", "FILE", "of packet: writes its PDF, which shows personal text: wants --reveal" },
	{ "--field", "NAME", "with --pdf: the file that is sent in this field of the provider's" },
	AS_JSON,
	REVEAL,
	{ "--format", "FORMAT", "of outcomes: table, csv or json; table unless said" },
	{ "--document", "FILE",
	  "of outcomes: writes the economics document's next version with them, for review" },
	{ "--effective", "TIME", "of --document: from when it is in force, after the mesh's time" },
	{ "--version", "N", "of --document: its number; the next unless said" },
	END,
};

static const struct option report_options[] = {
	{ "--at", "DATE", "a day in the period, as 2026-05-01; else the latest that is over" },
	{ "--format", "markdown|html|pdf", "markdown unless said" },
	{ "--out", "FILE", "writes it there" },
	END,
};

static const struct option dlq_options[] = {
	AS_JSON,
	REVEAL,
	{ "--reason", "REASON", "why, for retry and drop" },
	END,
};

static const char send_help[] =
    "A line is a JSON object:\n"
    "  method       \"POST\" unless said\n"
    "  path         \"/v1/tickets\"\n"
    "  headers      {\"name\": \"value\"}, sent as they are\n"
    "  body         a text, or any JSON value, which is sent without space; or\n"
    "  body_base64  bytes\n"
    "  received_at  when it came, RFC 3339; with --recorded required\n"
    "  key          name of a key in API_KEYS: sent as Authorization: Bearer; \"\" none.\n"
    "               Unless said, and without that header: API_KEY, else the first of API_KEYS\n"
    "  provider     stripe, slack, zendesk, intercom, linear or standard: signed as that\n"
    "               provider would, with the first of its secrets; none: not signed.\n"
    "               Unless said: that of /v1/webhooks/...; sign is another word for it\n"
    "  sign_time    the signature's time; else received_at with --recorded, else now\n"
    "  sign_id      of standard: webhook-id; else made from the body\n"
    "  note         for who reads the file\n"
    "Other fields are said to be strange, and ignored.\n"
    "A signature among the headers is sent as it is. Each answer is one line:\n"
    "{\"file\",\"line\",\"method\",\"path\",\"received_at\",\"status\",\"answer\"}. 429 and 503 are\n"
    "tried again for 30 s. Exit status 0: all were answered, whatever the answer.\n";

static const char list_help[] =
    "tickets, clocks, disputes: what is open, by its next deadline; discrepancies: what does not add\n"
    "up in billing. renewals: what is paid by now and ends, with what speaks against it and for it,\n"
    "and whom it goes to: the account's owner, else the teams of what was said; signals: what\n"
    "happened that speaks so, the latest first; accounts: how each uses what it has, 30 days\n"
    "against the 30 before. The last three count from when a figure was said last.\n";

static const char kpi_help[] =
    "A number stands with what it was counted over, a share with the interval that holds the true\n"
    "one in 95 of 100. Windows are those of the definition's zone; hours are counted from the day's\n"
    "begin. provisional: the window is open still. restated: sealed, and another since; with what it\n"
    "was and why. Without --from: 48 hours, 31 days, 26 weeks, 24 months up to the latest.\n"
    "Each window is shown by the definition that was in force when it began.\n"
    "Exit status 1: there is no such metric.\n";

static const char ledger_help[] =
    "statement C is statement --customer C: receivables and credits, with what is owed by then.\n"
    "proof holds the provider's balance against its transactions: start + net - paid out = end;\n"
    "the books have that less what waits, and payouts until they have arrived.\n"
    "recurring is what comes in by the month and how it moved, of days that are over: by currency,\n"
    "and all of it in the reporting one as far as its rates are there.\n"
    "--period says whether the period is closed, by which cut, and its seal. Its days are those of\n"
    "the books: they begin where closes have cut them, elsewhere as far from UTC's midnight as at\n"
    "the last close, and are UTC's before any. Of a closed one balance and journal have apart,\n"
    "and in csv by the column state: sealed, what the close has seen; correction, what was booked\n"
    "for its days later. A correction belongs to the period that was open then, and stands in that\n"
    "one as well; netsuite has it there alone, with the first day of that period as its date.\n"
    "Every answer says which mesh time it is true for and which shards have not passed it:\n"
    "csv in the columns true_for and shards_behind, csv and netsuite on standard error.\n"
    "Exit status 1: whole books do not sum to zero, or something cannot be shown.\n";

static const char dispute_help[] =
    "packet ID has the packet that stands, by its digest, as a reviewer reads it: fields, exhibits,\n"
    "what was left out and why. What people wrote is sealed without --reveal. Its digest is\n"
    "reckoned again. ID is the provider's of the dispute or warning, or the case's.\n"
    "forecast has the open cases by stage and currency: how many, what is at stake, what may come\n"
    "back by the chances that were recommended with; and deadlines by day.\n"
    "outcomes has the disputes that were answered and decided, of all shards: by cell of the latest\n"
    "economics document (category and level of evidence) what was won, with the interval of it,\n"
    "against the document's chance; and by tenths of the chance that was predicted. --document\n"
    "writes the document's next version with them.\n"
    "Exit status 1: there is no such packet, or it is not what its digest says; no next version\n"
    "can be made.\n";

static const struct command commands[] = {
	{ .name = "topics",
	  .usage = "[--create]",
	  .summary = "the topic catalogue, and how the broker differs from it",
	  .options = topics_options,
	  .needs = NEEDS_BROKERS,
	  .run = topics_command },
	{ .name = "tail",
	  .usage =
	      "TOPIC... [--from start|end|TIME] [--until-end] [--type T] [--key K] [--limit N] "
	      "[--reveal REASON]",
	  .summary = "events as JSON lines",
	  .options = tail_options,
	  .words_min = 1,
	  .words_max = WORDS_MAX,
	  .needs = NEEDS_BROKERS,
	  .run = tail_command },
	{ .name = "send",
	  .usage = "[--recorded [--until T]] FILE...",
	  .summary = "sends requests from files of JSON lines",
	  .help = send_help,
	  .options = send_options,
	  .words_min = 1,
	  .words_max = WORDS_MAX,
	  .needs = NEEDS_INGEST,
	  .run = send_command },
	{ .name = "status",
	  .usage = "[--json] [--wait T [--timeout D]]",
	  .summary = "how far each daemon and shard has come",
	  .options = status_options,
	  .needs = NEEDS_BROKERS | NEEDS_DATABASE,
	  .run = status_command },
	{ .name = "list",
	  .usage =
	      "tickets|clocks|disputes|discrepancies|renewals|signals|accounts [--due-within D] "
	      "[--queue Q] [--all] [--within D] [--account A] [--owner O] "
	      "[--format table|csv|json] [--json]",
	  .summary =
	      "what is open, next deadline first; what is to be renewed, and why it may not be",
	  .help = list_help,
	  .options = list_options,
	  .words_min = 1,
	  .words_max = 1,
	  .needs = NEEDS_DATABASE,
	  .run = list_command },
	{ .name = "alerts",
	  .usage = "[--all] [--format table|json|alertmanager]",
	  .summary = "what on-call must know, the gravest first; for Alertmanager as well",
	  .options = alerts_options,
	  .needs = NEEDS_BROKERS,
	  .run = alerts_command },
	{ .name = "kpi",
	  .usage = "[METRIC] [--by D] [--window hour|day|week|month] [--from W] [--to W] "
	           "[--version N] [--format table|csv|json|svg]",
	  .summary =
	      "a metric by window, with its definition and population; alone: which there are",
	  .help = kpi_help,
	  .options = kpi_options,
	  .words_max = 1,
	  .needs = NEEDS_DATABASE,
	  .run = kpi_command },
	{ .name = "explain",
	  .usage =
	      "ticket|account|invoice|dispute|alert|request|kpi ID [WINDOW] [--by D=V] [--json] "
	      "[--format text|json] [--zone Z] [--reveal REASON]",
	  .summary = "everything that happened, in order, with reasons; sums are recomputed",
	  .help =
	      "A ticket is also found by Message-ID, e-mail address, contact key or the natural id's\n"
	      "digest. kpi METRIC WINDOW (2026-05-01, 2026-W18) runs kpi-aggregator --explain with this\n"
	      "environment: it counts the number again and names who is in it.\n"
	      "Exit status 1: there is nothing, or a sum differs from what the facts say.\n",
	  .options = explain_options,
	  .words_min = 2,
	  .words_max = 3,
	  .needs = NEEDS_DATABASE,
	  .run = explain_command },
	{ .name = "ledger",
	  .usage = "balance|statement|journal|proof|recurring [--customer C] [--at T|--period P] "
	           "[--format table|csv|netsuite]",
	  .summary =
	      "the books: trial balance, what a customer owes and why, every line, the provider's balance, "
	      "what comes in by the month",
	  .help = ledger_help,
	  .options = ledger_options,
	  .words_min = 1,
	  .words_max = 2,
	  .needs = NEEDS_DATABASE,
	  .run = ledger_command },
	{ .name = "dispute",
	  .usage =
	      "packet|forecast|outcomes [ID] [--pdf FILE [--field NAME]] [--json] [--reveal REASON] "
	      "[--format table|csv|json] [--document FILE --effective T [--version N]]",
	  .summary =
	      "the packet of evidence that stands for a dispute; what all of them may bring; "
	      "what became of them",
	  .help = dispute_help,
	  .options = dispute_options,
	  .words_min = 1,
	  .words_max = 2,
	  .needs = NEEDS_DATABASE,
	  .run = dispute_command },
	{ .name = "report",
	  .usage = "day|week|month [--at DATE] [--format markdown|html|pdf] [--out FILE]",
	  .summary = "a leader's page: every figure with its definition, and what changed",
	  .options = report_options,
	  .words_min = 1,
	  .words_max = 1,
	  .needs = NEEDS_DATABASE,
	  .run = report_command },
	{ .name = "dlq",
	  .usage = "list|show|retry|drop [ID] [--json] [--reason REASON] [--reveal REASON]",
	  .summary = "dead letters: who is affected, what waits behind them; retry and drop",
	  .help = "An ID is <stage>/<topic>/<partition>/<source>/<sequence>, as list prints it.\n",
	  .options = dlq_options,
	  .words_min = 1,
	  .words_max = 2,
	  .needs = NEEDS_DATABASE,
	  .run = dlq_command },
	{ .name = "rebuild",
	  .usage = "STAGE [--verify]",
	  .summary = "replays the topics into a scratch schema and compares",
	  .help =
	      "Runs the stage's daemon (--rebuild) with this environment; <DAEMON>_DATABASE_URL,\n"
	      "as SLA_WATCHER_DATABASE_URL, goes before DATABASE_URL: it writes the scratch\n"
	      "schema, which the operator's role may not.\n",
	  .options = rebuild_options,
	  .words_min = 1,
	  .words_max = 1,
	  .needs = NEEDS_BROKERS | NEEDS_DATABASE,
	  .run = rebuild_command },
	{ .name = "calendar",
	  .usage = "due|elapsed|windows --calendar FILE ...",
	  .summary = "what a calendar says, alone",
	  .help = "  due     --calendar FILE [--holidays FILE...] --at TIME --target 1h\n"
	          "  elapsed --calendar FILE [--holidays FILE...] --from TIME --to TIME\n"
	          "  windows --calendar FILE [--holidays FILE...] --from TIME --to TIME\n"
	          "  due|elapsed --batch < LINES\n",
	  .raw = calendar_command },
	{ .name = NULL },
};

int main(int argc, char **argv)
{
	return tool_main(commands, config_keys, argc, argv);
}
