/*
 * told - facts as the daemons keep them, unpacked: what explain and list are made of.
 */
#ifndef SERVICES_OPSMESH_TOLD_H
#define SERVICES_OPSMESH_TOLD_H

#include "common/io/proto.h"
#include "services/opsmesh/mesh_store.h"

struct told {
	const char *stream;
	int64_t sequence;
	int topic; /* place in the catalogue; -1: none of ours */
	bool dead; /* on that topic's .dlq: the message is the refused event's */
	const char *key;
	const char *type;
	struct instant time;
	struct instant mesh;             /* TIME_MIN: its shard had none */
	const ProtobufCMessage *message; /* NULL: could not be unpacked */
	const char *name;                /* of the fact in its oneof; "" none that we know */
	const ProtobufCMessage *fact;
	struct bytes headers; /* packed; of dead letters */
};

struct told_list {
	struct arena *arena;
	struct told *list;
	size_t count;
	size_t room;
};

/* All add what they find. */
enum status told_by_key(struct mesh_store *store, const char *key,
                        struct told_list *list) MUST_CHECK;
/* Those of what tickets have in common that have these bytes in them. Nothing where nobody looks for it. */
enum status told_of_patterns(struct mesh_store *store, const char *text,
                             struct told_list *list) MUST_CHECK;
/* Those under a key that have these bytes in them, without what stages ask of each other. */
enum status told_of_case(struct mesh_store *store, const char *key, const char *text,
                         struct told_list *list) MUST_CHECK;
/* The one of that ce_id, said in that schema; nothing where it is no such id, or nobody said it. */
enum status told_by_id(struct mesh_store *store, size_t place, const char *id,
                       struct told_list *list) MUST_CHECK;
enum status told_by_content(struct mesh_store *store, const char *text,
                            struct told_list *list) MUST_CHECK;
/* Sets what is read from a topic's name and a message: topic, dead, message, name, fact. */
void told_unpack(struct arena *arena, const char *topic, struct bytes bytes, struct told *told);
/* The same, whatever the case of its letters: what people type in. */
enum status told_by_name(struct mesh_store *store, const char *name,
                         struct told_list *list) MUST_CHECK;
void told_add(struct told_list *list, const struct told *told);
/* In the order in which things happened: by time, then topics in the catalogue's order, then as said. */
void told_sort(struct told_list *list);
/* "ticket/3/41": the ce_id of the fact. */
const char *told_id(struct arena *arena, const struct told *told);

/* Whether any text in a message, at any depth, is this one, whatever the case of its letters. */
bool message_has_text(const ProtobufCMessage *message, const char *text);
/* The text field of that name of a message; "" where it has none. */
const char *message_text(const ProtobufCMessage *message, const char *field);

#endif
