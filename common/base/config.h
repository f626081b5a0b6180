/*
 * config - settings come from the environment and land in a typed struct.
 *
 * One table says everything: field, variable, default, bounds, meaning. The parser is chosen by the
 * field's C type. --help, --describe and the docs are printed from the same table.
 */
#ifndef COMMON_BASE_CONFIG_H
#define COMMON_BASE_CONFIG_H

#include "common/base/bytes.h"
#include "common/base/time.h"

enum config_kind { CONFIG_TEXT, CONFIG_NUMBER, CONFIG_SWITCH, CONFIG_SPAN };

struct config_key {
	const char *name;
	const char *fallback; /* NULL: the variable is required */
	const char *min;      /* NULL: unbounded; as the value is written */
	const char *max;
	const char *doc;
	size_t offset;
	enum config_kind kind;
	bool secret; /* also from the file that NAME_FILE names; never printed */
};

#define CONFIG_KIND_(type, field) \
	_Generic(((type *)0)->field,   \
	    const char *: CONFIG_TEXT, \
	    int64_t: CONFIG_NUMBER,    \
	    bool: CONFIG_SWITCH,       \
	    struct duration: CONFIG_SPAN)

#define CONFIG(type, field, name_, fallback_, min_, max_, doc_)                                    \
	{                                                                                          \
		.name = (name_), .fallback = (fallback_), .min = (min_), .max = (max_),            \
		.doc = (doc_), .offset = offsetof(type, field), .kind = CONFIG_KIND_(type, field), \
	}
#define CONFIG_SECRET(type, field, name_, fallback_, doc_)                               \
	{                                                                                \
		.name = (name_), .fallback = (fallback_), .doc = (doc_), .secret = true, \
		.offset = offsetof(type, field), .kind = CONFIG_KIND_(type, field),      \
	}
#define CONFIG_END           \
	{                    \
		.name = NULL \
	}

/*
 * Reads every key into target; an empty variable counts as unset. On the first bad one: false, and
 * error is one line that names the variable, what is wrong, and what is allowed. Text values live
 * as long as the process.
 */
bool config_load(const struct config_key *keys, void *target, char *error, size_t error_size);
void config_help(const struct config_key *keys, struct buffer *out);     /* text for --help */
void config_describe(const struct config_key *keys, struct buffer *out); /* a JSON array */

#endif
