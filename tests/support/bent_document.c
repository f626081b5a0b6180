#include "tests/support/bent_document.h"

#include "common/base/check.h"

#include <string.h>

const char *document_bend(struct arena *arena, const char *document,
                          const struct bent_document *bent)
{
	const char *const at = strstr(document, bent->find);

	CHECK(at != NULL);
	return arena_printf(arena, "%.*s%s%s", (int)(at - document), document, bent->put,
	                    at + strlen(bent->find));
}
