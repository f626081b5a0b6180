#include "services/billing-sync/billing_ticket.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

bool billing_ticket_read(struct task *task, struct bytes packed,
                         Opsmesh__V1__BillingTicketList *list)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	opsmesh__v1__billing_ticket_list__init(list);
	if (packed.size == 0)
		return true;
	if (!proto_unpack(task->arena, &opsmesh__v1__billing_ticket_list__descriptor, packed,
	                  &message, problem))
		return false;
	*list = *(Opsmesh__V1__BillingTicketList *)(void *)message;
	return true;
}

bool billing_ticket_put(struct arena *arena, Opsmesh__V1__BillingTicketList *list,
                        const Opsmesh__V1__BillingTicket *ticket)
{
	Opsmesh__V1__BillingTicket **const items =
	    arena_alloc(arena, (list->n_items + 1) * sizeof(*items));
	size_t place = 0;
	size_t rest;

	while (place < list->n_items &&
	       strcmp(list->items[place]->ticket_id, ticket->ticket_id) < 0)
		place++;
	rest = place;
	if (rest < list->n_items && text_equal(list->items[rest]->ticket_id, ticket->ticket_id))
		rest++;
	if (ticket->open && rest == place && list->n_items == BILLING_TICKETS_MAX)
		return false;
	for (size_t i = 0; i < place; i++)
		items[i] = list->items[i];
	size_t count = place;

	if (ticket->open)
		items[count++] = arena_copy(arena, ticket, sizeof(*ticket));
	while (rest < list->n_items)
		items[count++] = list->items[rest++];
	list->items = items;
	list->n_items = count;
	return true;
}

bool billing_ticket_concerns(const Opsmesh__V1__BillingTicket *ticket, const char *invoice)
{
	for (size_t i = 0; i < ticket->n_invoice_ids; i++)
		if (text_equal(ticket->invoice_ids[i], invoice))
			return true;
	return ticket->n_invoice_ids == 0;
}
