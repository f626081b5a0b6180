/*
 * edge_openapi - GET /openapi.json, made from the table of routes and the fields that decode.h names.
 */
#include "common/base/check.h"
#include "common/io/json.h"
#include "services/ingest/decode.h"
#include "services/ingest/edge_intake.h"

#include <string.h>

/* One property of a schema. type is a JSON type, "[]" (texts), "time", the name of a schema, or "[Name]". */
struct property {
	const char *schema;
	const char *name;
	const char *type;
	bool required;
	size_t max; /* characters or items; 0: not said */
	const char *doc;
};

static const struct property properties[] = {
	{ "Ticket", "body", "string", true, DECODE_TEXT_MAX, "What the customer wrote." },
	{ "Ticket", "subject", "string", false, DECODE_SUBJECT_MAX, "One line." },
	{ "Ticket", "channel", "string", false, DECODE_WORD_MAX, "api, email, chat, slack, ..." },
	{ "Ticket", "contact", "Contact", false, 0, "Who asks." },
	{ "Ticket", "account", "string", false, DECODE_ID_MAX,
	  "Whose ticket it is, if known; without a slash." },
	{ "Ticket", "priority", "string", false, DECODE_WORD_MAX, "low, normal, high, urgent." },
	{ "Ticket", "status", "string", false, DECODE_WORD_MAX,
	  "new, open, pending, on_hold, solved, closed." },
	{ "Ticket", "assignee", "string", false, DECODE_ID_MAX, "An agent's id." },
	{ "Ticket", "team", "string", false, DECODE_ID_MAX, "A team's id." },
	{ "Ticket", "tags", "[]", false, DECODE_TAGS_MAX, "In any order." },
	{ "Ticket", "language", "string", false, DECODE_WORD_MAX, "BCP 47." },
	{ "Ticket", "author", "Author", false, 0, "Who wrote the body; a customer unless said." },
	{ "Ticket", "occurred_at", "time", false, 0, "When it was written." },
	{ "Contact", "email", "string", false, DECODE_ID_MAX, "An address." },
	{ "Contact", "name", "string", false, DECODE_NAME_MAX, "As it is to be shown." },
	{ "Contact", "stripe_customer", "string", false, DECODE_ID_MAX, "cus_..." },
	{ "Contact", "slack_team", "string", false, DECODE_ID_MAX, "T..." },
	{ "Author", "role", "string", false, 0, "customer, agent, bot, system." },
	{ "Author", "id", "string", false, DECODE_ID_MAX, "An agent's id or what the sender has." },
	{ "Message", "body", "string", true, DECODE_TEXT_MAX, "What was written." },
	{ "Message", "author", "Author", false, 0, "Who wrote it." },
	{ "Message", "visibility", "string", false, 0, "public (unless said) or private." },
	{ "Message", "language", "string", false, DECODE_WORD_MAX, "BCP 47." },
	{ "Message", "occurred_at", "time", false, 0, "When it was written." },
	{ "Status", "status", "string", false, DECODE_WORD_MAX,
	  "new, open, pending, on_hold, solved, closed." },
	{ "Status", "assignee", "string", false, DECODE_ID_MAX, "Empty: nobody." },
	{ "Status", "team", "string", false, DECODE_ID_MAX, "Empty: none." },
	{ "Status", "priority", "string", false, DECODE_WORD_MAX, "low, normal, high, urgent." },
	{ "Status", "tags_added", "[]", false, DECODE_TAGS_MAX, "In any order." },
	{ "Status", "tags_removed", "[]", false, DECODE_TAGS_MAX, "In any order." },
	{ "Status", "reason", "string", false, DECODE_SUBJECT_MAX, "No personal data." },
	{ "Status", "occurred_at", "time", false, 0, "When it was decided." },
	{ "Csat", "ticket_id", "string", true, DECODE_ID_MAX, "Which ticket it is about." },
	{ "Csat", "score", "integer", true, 0, "From 1 to scale." },
	{ "Csat", "scale", "integer", false, 0, "The best possible score; 5 unless said." },
	{ "Csat", "comment", "string", false, DECODE_TEXT_MAX, "In the customer's words." },
	{ "Csat", "occurred_at", "time", false, 0, "When it was answered." },
	{ "Account", "id", "string", true, DECODE_ID_MAX, "The account's id; without a slash." },
	{ "Account", "name", "string", false, DECODE_NAME_MAX, "As it is to be shown." },
	{ "Account", "tier", "string", false, DECODE_WORD_MAX, "free, pro, business, enterprise." },
	{ "Account", "region", "string", false, DECODE_WORD_MAX, "A country (ISO 3166) or EU." },
	{ "Account", "time_zone", "string", false, DECODE_NAME_MAX, "IANA: Asia/Tokyo." },
	{ "Account", "owner", "string", false, DECODE_ID_MAX,
	  "Who looks after the account: an agent's id. Empty: nobody." },
	{ "Account", "domains", "[]", false, DECODE_KEYS_MAX, "Mail domains." },
	{ "Account", "addresses", "[]", false, DECODE_KEYS_MAX, "E-mail addresses." },
	{ "Account", "slack_teams", "[]", false, DECODE_KEYS_MAX, "Slack team ids." },
	{ "Account", "stripe_customers", "[]", false, DECODE_KEYS_MAX, "Stripe customer ids." },
	{ "Account", "orders", "[Order]", false, DECODE_ORDERS_MAX, "What was agreed." },
	{ "Order", "id", "string", true, DECODE_ID_MAX, "The order's id." },
	{ "Order", "version", "integer", true, 0, "From 1; the higher holds." },
	{ "Order", "customer", "string", true, DECODE_ID_MAX, "One of stripe_customers." },
	{ "Order", "price", "string", false, DECODE_ID_MAX, "price_...; or else product." },
	{ "Order", "product", "string", false, DECODE_ID_MAX, "prod_...; or else price." },
	{ "Order", "quantity", "integer", false, 0, "How many units are to be billed." },
	{ "Order", "unit_amount", "integer", false, 0,
	  "Of one unit, as the provider writes amounts of the currency." },
	{ "Order", "currency", "string", false, DECODE_WORD_MAX, "ISO 4217; with unit_amount." },
	{ "Order", "from", "time", true, 0, "Since when." },
	{ "Order", "until", "time", false, 0, "Not included; absent: no end." },
	{ "Usage", "kind", "string", false, 0,
	  "meter, correction, cancel, seat_assigned, seat_released; required but with events." },
	{ "Usage", "source", "string", false, DECODE_USAGE_ID_MAX,
	  "Who counts; required likewise." },
	{ "Usage", "id", "string", false, DECODE_USAGE_ID_MAX,
	  "Unique within customer and source for 36 days; required likewise." },
	{ "Usage", "customer", "string", false, DECODE_USAGE_ID_MAX,
	  "cus_...; required likewise." },
	{ "Usage", "at", "time", false, 0, "When it was used; required likewise." },
	{ "Usage", "meter", "string", false, DECODE_USAGE_ID_MAX,
	  "What was used; of meter and correction." },
	{ "Usage", "quantity", "integer", false, 0,
	  "How much; of meter from 0 on, of correction below 0." },
	{ "Usage", "refers", "string", false, DECODE_USAGE_ID_MAX,
	  "The id of the event, of the same source, that is taken back." },
	{ "Usage", "item", "string", false, DECODE_USAGE_ID_MAX,
	  "The subscription item of a seat." },
	{ "Usage", "subject", "string", false, DECODE_USAGE_ID_MAX, "Who has the seat." },
	{ "Usage", "events", "[Usage]", false, DECODE_USAGE_MAX, "Many, instead of one." },
	{ "Action", "action", "string", true, DECODE_WORD_MAX,
	  "correct, acknowledge, assign, approve, explain, pin, close, retry, drop." },
	{ "Action", "on", "Subject", true, 0, "What it acts on." },
	{ "Action", "by", "string", false, DECODE_ID_MAX,
	  "For whom the key acts; another than itself needs the scope on_behalf." },
	{ "Action", "reason", "string", false, DECODE_TEXT_MAX, "Why." },
	{ "Action", "file", "File", false, 0, "Evidence; of a pin to a case alone." },
	{ "File", "media_type", "string", true, DECODE_WORD_MAX,
	  "application/pdf, image/jpeg, image/png." },
	{ "File", "content", "string", true, DECODE_FILE_MAX / 3 * 4,
	  "In base64, as RFC 4648 has it, with padding: 4,500,000 bytes at most." },
	{ "Subject", "type", "string", true, DECODE_WORD_MAX,
	  "ticket, account, alert, case, dead_letter, request, discrepancy, charge, refund, invoice, "
	  "credit_note, period." },
	{ "Subject", "id", "string", true, DECODE_ID_MAX, "Its public id." },
	{ "Clock", "now", "time", true, 0, "Nothing older will be sent." },
	{ "Accepted", "id", "string", true, 0, "The request's id: the same for a repetition." },
	{ "Accepted", "ticket_id", "string", false, 0, "Where it is known." },
	{ "Problem", "type", "string", true, 0, "about:blank." },
	{ "Problem", "title", "string", true, 0, "Of the status." },
	{ "Problem", "status", "integer", true, 0, "As in the status line." },
	{ "Problem", "field", "string", false, 0,
	  "What is at fault; absent: the request as a whole." },
	{ "Problem", "reason", "string", true, 0, "What is wrong with it." },
};

static void set(json_t *object, const char *name, json_t *value)
{
	CHECK(json_object_set_new(object, name, value) == 0);
}

static json_t *reference(const char *schema)
{
	json_t *const result = json_object();

	CHECK(json_object_set_new(result, "$ref",
	                          json_sprintf("#/components/schemas/%s", schema)) == 0);
	return result;
}

/* Of "[]" or "[Name]". */
static json_t *items_make(const char *type)
{
	const size_t size = strcspn(++type, "]");

	return size == 0 ? json_pack("{s:s}", "type", "string")
	                 : json_pack("{s:o}", "$ref",
	                             json_sprintf("#/components/schemas/%.*s", (int)size, type));
}

static json_t *property_make(const struct property *property)
{
	const bool list = property->type[0] == '[';
	const bool time = strcmp(property->type, "time") == 0;
	json_t *result;

	if (property->type[0] >= 'A' && property->type[0] <= 'Z')
		return reference(property->type);
	result = json_object();
	set(result, "type", json_string(list ? "array" : time ? "string" : property->type));
	if (list)
		set(result, "items", items_make(property->type));
	if (time)
		set(result, "format", json_string("date-time"));
	if (property->max > 0)
		set(result, list ? "maxItems" : "maxLength",
		    json_integer((json_int_t)property->max));
	set(result, "description", json_string(property->doc));
	return result;
}

/* Further members are allowed only where an action has parameters of its own. */
static json_t *schemas_make(void)
{
	json_t *const schemas = json_object();

	for (size_t i = 0; i < COUNT_OF(properties); i++) {
		const struct property *const property = &properties[i];
		json_t *schema = json_object_get(schemas, property->schema);

		if (schema == NULL) {
			schema = json_pack("{s:s, s:{}, s:[], s:b}", "type", "object", "properties",
			                   "required", "additionalProperties",
			                   strcmp(property->schema, "Action") == 0);
			set(schemas, property->schema, schema);
		}
		set(json_object_get(schema, "properties"), property->name, property_make(property));
		if (property->required)
			CHECK(json_array_append_new(json_object_get(schema, "required"),
			                            json_string(property->name)) == 0);
	}
	return schemas;
}

static json_t *content(const char *media, json_t *schema)
{
	json_t *const result = json_object();

	set(result, media, json_pack("{s:o}", "schema", schema));
	return result;
}

static json_t *answers_make(void)
{
	return json_pack("{s:{s:s, s:o}, s:{s:s, s:o}}", "202", "description",
	                 "Acknowledged by the broker.", "content",
	                 content("application/json", reference("Accepted")), "default",
	                 "description", "Refused, or to be sent again (503, Retry-After).",
	                 "content", content("application/problem+json", reference("Problem")));
}

/* What stands behind the question mark. */
static const struct {
	Opsmesh__V1__Route route;
	const char *name;
	const char *format; /* NULL: plain text */
	const char *description;
} queries[] = {
	{ OPSMESH__V1__ROUTE__ROUTE_STRIPE_OBJECTS, "provenance", NULL,
	  "fetch, backfill or upload: how it was come by. Default: upload." },
	{ OPSMESH__V1__ROUTE__ROUTE_STRIPE_OBJECTS, "as_of", "date-time",
	  "When it was so, of an object without an event. Default: when it arrives." },
};

static void add_queries(const struct edge_route *route, json_t *result)
{
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		if (queries[i].route != route->route)
			continue;
		CHECK(json_array_append_new(
			  result, json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:s*}}", "name",
		                            queries[i].name, "in", "query", "required", 0,
		                            "description", queries[i].description, "schema", "type",
		                            "string", "format", queries[i].format)) == 0);
	}
}

static json_t *parameters_make(const struct edge_route *route)
{
	const char *at = route->pattern;
	json_t *const result = json_array();

	while ((at = strchr(at, '{')) != NULL) {
		const size_t size = strcspn(++at, "}");

		CHECK(json_array_append_new(result, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name",
		                                              at, size, "in", "path", "required", 1,
		                                              "schema", "type", "string")) == 0);
	}
	add_queries(route, result);
	return result;
}

static json_t *operation_make(const struct edge_route *route)
{
	const char *const media = route->media == NULL ? "application/json" : route->media[0];
	json_t *const schema = route->schema != NULL ? reference(route->schema) : json_pack("{}");
	json_t *const operation =
	    json_pack("{s:s, s:o, s:{s:b, s:o}, s:o}", "summary", route->summary, "parameters",
	              parameters_make(route), "requestBody", "required", 1, "content",
	              content(media, schema), "responses", answers_make());

	if (route->route == OPSMESH__V1__ROUTE__ROUTE_STRIPE_WEBHOOK)
		set(operation, "security", json_array());
	else if (route->scope != NULL)
		set(operation, "description", json_sprintf("Scope: %s.", route->scope));
	return operation;
}

static json_t *paths_make(void)
{
	json_t *const paths = json_object();

	for (const struct edge_route *route = edge_route_table; route->pattern != NULL; route++)
		set(paths, route->pattern, json_pack("{s:o}", "post", operation_make(route)));
	return paths;
}

struct bytes edge_openapi_make(struct arena *arena)
{
	AUTO_JSON document =
	    json_pack("{s:s, s:{s:s, s:s}, s:[{s:[]}], s:o, s:{s:o, s:{s:{s:s, s:s}}}}", "openapi",
	              "3.1.0", "info", "title", "opsmesh ingest", "version", "1", "security", "key",
	              "paths", paths_make(), "components", "schemas", schemas_make(),
	              "securitySchemes", "key", "type", "http", "scheme", "bearer");

	CHECK(document != NULL);
	const size_t size = json_dumpb(document, NULL, 0, JSON_INDENT(1));
	char *const text = arena_alloc(arena, size);
	CHECK(size > 0 && json_dumpb(document, text, size, JSON_INDENT(1)) == size);
	return (struct bytes){ text, size };
}
