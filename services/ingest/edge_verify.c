/*
 * edge_verify - who sent it, and when it counts as received.
 */
#include "services/ingest/edge_intake.h"

#include "common/base/text.h"

#include <string.h>

#define SECRET_ID_BYTES 4 /* enough to tell a handful of secrets apart */
#define KEY_MAX 255       /* characters of an Idempotency-Key */

bool edge_may(const struct edge_intake *intake, const char *scope, struct edge_problem *problem)
{
	if (intake->credential != NULL && edge_credential_may(intake->credential, scope))
		return true;
	return edge_refuse(problem, 403, "authorization",
	                   arena_printf(intake->arena, "this key lacks the scope %s", scope));
}

/*
 * In recorded mode a request without a time of its own counts as received with the newest so far; the
 * first of all must have one.
 */
static bool receive(struct edge_intake *intake, struct edge_problem *problem)
{
	struct edge *const edge = intake->edge;
	const char *const text = http_request_header(intake->request, EDGE_HEADER_RECEIVED_AT);
	struct instant at;

	if (!edge->settings.recorded) {
		intake->received_at = intake->request->arrived;
		return text == NULL || edge_refuse(problem, 400, EDGE_HEADER_RECEIVED_AT,
		                                   "is taken in recorded mode only");
	}
	if (text == NULL) {
		intake->received_at = (struct instant){ atomic_load(&edge->newest_us) };
		return intake->received_at.us >= 0 || intake->route->recorded_only ||
		       edge_refuse(problem, 400, EDGE_HEADER_RECEIVED_AT,
		                   "is required in recorded mode");
	}
	if (!time_parse(text, &at) || time_before(at, TIME_OLDEST) || time_before(TIME_NEWEST, at))
		return edge_refuse(problem, 400, EDGE_HEADER_RECEIVED_AT,
		                   "is not an RFC 3339 time of the years 1970 to 9999");
	intake->received_at = at;
	return true;
}

static const char *header(const void *context, const char *name)
{
	return http_request_header(context, name);
}

static const char *secret_id(struct arena *arena, struct bytes secret)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(secret, digest);
	return text_hex(arena, (struct bytes){ digest, SECRET_ID_BYTES });
}

static bool prove_stripe(struct edge_intake *intake, struct edge_problem *problem)
{
	const struct signature_secrets *const secrets = &intake->edge->stripe;
	const struct signature_subject subject = { header, intake->request, intake->request->body };
	const struct signature_verdict verdict =
	    signature_verify(intake->arena, SIGNATURE_STRIPE, secrets, &subject,
	                     intake->received_at);

	if (verdict.result != SIGNATURE_GOOD)
		return edge_refuse(problem, verdict.result == SIGNATURE_MALFORMED ? 400 : 401,
		                   verdict.header, verdict.reason);
	intake->method = OPSMESH__V1__VERIFICATION_METHOD__VERIFICATION_METHOD_STRIPE_SIGNATURE;
	intake->principal = signature_name(SIGNATURE_STRIPE);
	intake->secret_id = secret_id(intake->arena, secrets->list[verdict.secret]);
	intake->dated = verdict.dated;
	intake->signed_at = verdict.signed_at;
	return true;
}

/* A key is the sender's own within one operation: the same key on another path is another. */
static bool idempotency(struct edge_intake *intake, struct edge_problem *problem)
{
	const char *const key = http_request_header(intake->request, "idempotency-key");

	if (key == NULL)
		return true;
	if (key[0] == '\0' || strlen(key) > KEY_MAX)
		return edge_refuse(problem, 400, "idempotency-key", "is not 1 to 255 characters");
	for (const char *at = key; *at != '\0'; at++)
		if (*at < 0x20 || *at >= 0x7f)
			return edge_refuse(problem, 400, "idempotency-key", "is not ASCII");
	intake->source = arena_printf(intake->arena, "api/%s", intake->principal);
	intake->natural = arena_printf(intake->arena, "%s\n%s", intake->request->target, key);
	return true;
}

static bool prove_key(struct edge_intake *intake, struct edge_problem *problem)
{
	const char *const authorization = http_request_header(intake->request, "authorization");

	intake->credential = edge_credential_find(&intake->edge->credentials, authorization);
	if (intake->credential == NULL)
		return edge_refuse(problem, 401, "authorization",
		                   authorization == NULL ? "required" : "is not a key of ours");
	intake->method = OPSMESH__V1__VERIFICATION_METHOD__VERIFICATION_METHOD_API_KEY;
	intake->principal = intake->credential->name;
	intake->secret_id =
	    text_hex(intake->arena, (struct bytes){ intake->credential->digest, SECRET_ID_BYTES });
	if (intake->route->scope != NULL && !edge_may(intake, intake->route->scope, problem))
		return false;
	return idempotency(intake, problem);
}

bool edge_prove(struct edge_intake *intake, struct edge_problem *problem)
{
	const bool stripe = intake->route->route == OPSMESH__V1__ROUTE__ROUTE_STRIPE_WEBHOOK;

	if (!receive(intake, problem))
		return false;
	return stripe ? prove_stripe(intake, problem) : prove_key(intake, problem);
}
