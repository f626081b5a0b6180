#include "proto/opsmesh/v1/words.h"

#include "common/base/status.h"

static const char *const channels[] = { "",      "api",     "email",    "chat",
	                                "slack", "zendesk", "intercom", "community" };

const char *opsmesh_channel_word(Opsmesh__V1__Channel channel)
{
	return (unsigned)channel < COUNT_OF(channels) ? channels[(unsigned)channel] : "";
}
