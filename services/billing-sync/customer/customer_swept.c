/*
 * What a list page had otherwise than the mirror, as a case of its customer's, or of nobody's.
 */
#include "services/billing-sync/customer/customer.h"

#include "common/base/text.h"

static const char *sentence_of(const char *cause)
{
	static const struct {
		const char *cause;
		const char *sentence;
	} rows[] = {
		{ "missed_event", "The provider has it otherwise, and no webhook said so." },
		{ "stale", "A list page has it as it was before." },
		{ "version", "A list page says the same in another form." },
		{ "edited_by_hand", "Only what people write into it is another." },
		{ "own_bug", "What the provider never changes is another: we may have it wrong." },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(rows[i].cause, cause))
			return rows[i].sentence;
	return "A list page has it otherwise.";
}

struct finding swept_finding(const Opsmesh__V1__ObjectSwept *swept)
{
	return (struct finding){ .cause = swept->cause,
		                 .root = swept->object_type,
		                 .evidence = { .object = swept->object_id, .found = 1 },
		                 .sentence = sentence_of(swept->cause) };
}

enum status customer_on_swept(struct task *task, const Opsmesh__V1__ObjectSwept *swept)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	const struct finding finding = swept_finding(swept);
	struct customer it;

	TRY(customer_open(task, event->customer_id, event->occurred_at, &it));
	return swept->healed ? customer_clear(&it, finding.cause, finding.root, swept->object_id)
	                     : customer_observe(&it, &finding);
}
