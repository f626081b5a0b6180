#include "common/flow/rebuild.h"
int rebuild_stage(const struct daemon *daemon, const struct stage *stage, bool verify)
{
	(void)daemon;
	(void)stage;
	(void)verify;
	return 3;
}
