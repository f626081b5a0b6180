#include "tests/support/instant_fixture.h"

#include "common/base/check.h"

struct instant instant_of(const char *text)
{
	struct instant at;

	CHECK(time_parse(text, &at));
	return at;
}
