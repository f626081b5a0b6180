#include "tests/support/picture_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"

static const char jpeg[] =
    "/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4z"
    "NDL/wAALCAAMABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACAf/xAAWEAADAAAAAAAAAAAAAAAAAAAABkP/2gAIAQEA"
    "AD8Am6dMQCdMP6dMQCdM/9k=";
static const char png[] =
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAMCAAAAABOjGJdAAAAHUlEQVR4nGNgEFAwcAhIKGiYsGDDgQsPPjAMXQEA38pa"
    "AaSk89IAAAAASUVORK5CYII=";

struct bytes picture_fixture(struct arena *arena, const char *media_type)
{
	struct bytes picture;

	CHECK(text_unbase64(arena, text_equal(media_type, "image/jpeg") ? jpeg : png, &picture));
	return picture;
}
