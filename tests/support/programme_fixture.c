#include "tests/support/programme_fixture.h"

#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

struct programme_policy programme_document(const char *name)
{
	struct programme_policy policy;

	policy_fixture_read(arena, &programme_policy_kind, name, &policy);
	return policy;
}
