"""billing_story - what the story tells of money: what became of invoices, payments, subscriptions, and what did not add up."""
import tables
from layout import table, when

DECIMALS = {"JPY": 0, "KRW": 0, "KWD": 3}


def digits(minor, currency):
    decimals = DECIMALS.get(currency, 2)
    whole, rest = divmod(abs(int(minor)), 10**decimals)
    return f"{'-' if int(minor) < 0 else ''}{whole:,}" + (f".{rest:0{decimals}}" if decimals else "")


def amount(value):
    return f"{digits(value.get('minor', 0), value['currency'])} {value['currency']}" if value else ""


def items(fact):
    return ", ".join(f"{item['quantity']} of {item['priceId']}" for item in fact.get("items", []))


def moved(fact):
    before = fact.get("fromStatus", "")
    return fact["toStatus"] if before in ("", fact["toStatus"]) else f"{before} -> {fact['toStatus']}"


def says(kind, fact):
    if kind == "invoice_changed":
        return f"invoice {fact['invoiceId']} over {amount(fact.get('total'))}: {moved(fact)}"
    if kind == "payment_changed":
        back = fact.get("refunded", {})
        why = f", {fact['declineCode'].replace('_', ' ')}" if fact.get("declineCode") else ""
        returned = f", {amount(back)} of it refunded" if int(back.get("minor", 0)) else ""
        return f"payment {fact['paymentId']} of {amount(fact['amount'])}: {moved(fact)}{why}{returned}"
    if kind == "refund_changed":
        return f"refund {fact['refundId']} of {amount(fact['amount'])} for {fact['paymentId']}: {moved(fact)}"
    if kind == "dispute_changed":
        return f"dispute {fact['disputeId']} over {amount(fact['amount'])} of {fact['paymentId']}: {moved(fact)}, {fact['reason']}"
    if kind.startswith("dispute_funds_"):
        fee = f", and a fee of {amount(fact['fee'])}" if int(fact["fee"].get("minor", 0)) else ""
        return f"{amount(fact['amount'])} {'taken' if kind == 'dispute_funds_withdrawn' else 'given back'} for {fact['disputeId']}{fee}"
    if kind == "fraud_warning_changed":
        return f"fraud warning {fact['warningId']} of {fact['paymentId']}: {fact['fraudType'].replace('_', ' ')}"
    if kind == "seat_moved":
        return f"a seat of {fact['itemId']} is {'taken' if fact.get('assigned') else 'given back'}"
    if kind == "subscription_started":
        return f"subscription {fact['subscriptionId']} begins: {items(fact)}"
    if kind == "subscription_changed":
        move = tables.word(fact["move"], "SUBSCRIPTION_MOVE_").replace("_", " ")
        return f"subscription {fact['subscriptionId']}, {'other ' if move in ('plan', 'seats') else ''}{move}: {items(fact)}"
    if kind == "access_changed":
        until = f" until {when(fact['until'])}" if "until" in fact else ""
        return f"access to {fact['productId']} {tables.word(fact['move'], 'ACCESS_MOVE_')}: {fact['quantity']} {'seat' if fact['quantity'] == '1' else 'seats'}{until}"
    if kind == "recurring_moved":
        return (f"recurring revenue of {fact['day']}: {tables.word(fact['move'], 'RECURRING_MOVE_')}, "
                f"{amount(fact['amount'])} a month")
    if kind == "fetch_requested":
        why = {"NOT_CARRIED": "which no webhook carries", "NAMED": "which never came"}.get(
            fact["cause"].removeprefix("FETCH_CAUSE_"), "of which a part is missing")
        return f"asks for {fact['objectId']}, {why} ({fact['namedBy']} speaks of it)"
    if kind == "discrepancy_opened":
        found, expected = (amount(fact[name]) if name in fact else fact.get(f"{name}Count", "0") for name in ("found", "expected"))
        return (f"DOES NOT ADD UP: {fact['cause'].replace('_', ' ')} at {', '.join(fact['objectIds'])}, "
                f"{found} where {expected} should be, for {fact['queue']}")
    if kind == "discrepancy_healed":
        return f"adds up again: {fact['cause'].replace('_', ' ')} at {fact['objectId']}"
    if kind == "discrepancy_escalated":
        return f"ESCALATED, level {fact['level']}: {fact['cause'].replace('_', ' ')} is open since {when(fact['openedAt'])}"
    if kind == "usage_taken":
        return f"{fact['quantity']} {fact['meter']} were used"
    if kind == "usage_late":
        return f"{fact['quantity']} {fact['meter']} were used, told too late for the meter: for the next invoice"
    if kind == "usage_corrected":
        return f"{fact['quantity'].lstrip('-')} {fact['meter']} of {fact['refers']} were none"
    if kind == "usage_cancelled":
        return f"{fact['quantity']} {fact['meter']} of {fact['refers']} are taken back"
    if kind == "usage_refused":
        return f"REFUSED usage {fact['eventId']}: {fact['reason']}"
    if kind == "payout_reconciled":
        return f"payout {fact['payoutId']} of {amount(fact['amount'])} is what the {fact['transactions']} movements of it come to"
    if kind == "dunning_step_due":
        return f"invoice {fact['invoiceId']} is not paid: {fact['step'].replace('_', ' ')}, {amount(fact['unpaid'])} are open"
    if kind in ("dunning_held", "dunning_resumed"):
        return f"collecting {fact['invoiceId']} {'stands still' if kind == 'dunning_held' else 'goes on'}: {fact['reason']}"
    if kind in ("dunning_recovered", "dunning_exhausted"):
        return f"collecting {fact['invoiceId']} is over: {kind.removeprefix('dunning_')} after {fact['attempts']} failed attempts"
    if kind == "refund_approved":
        return f"a refund of {amount(fact['amount'])} for {fact['paymentId']} is approved, by rule {fact['rule'].replace('_', ' ')}"
    if kind == "refund_settled":
        return f"the approved refund for {fact['paymentId']} has been made"
    if kind == "credit_note_approved":
        return f"a credit note of {amount(fact['amount'])} for {fact['invoiceId']} is approved, by rule {fact['rule'].replace('_', ' ')}"
    if kind == "credit_note_settled":
        return f"the approved credit note for {fact['invoiceId']} has been made"
    if kind == "credit_note_changed":
        return f"credit note {fact['creditNoteId']} of {amount(fact['total'])} for {fact['invoiceId']}: {moved(fact)}"
    if kind == "discrepancy_explained":
        return f"explained by a person: {fact['cause'].replace('_', ' ')}"
    if kind == "discrepancy_acknowledged":
        return f"seen by a person: {fact['cause'].replace('_', ' ')}, quiet until {when(fact['quietUntil'])}"
    if kind == "discrepancy_assigned":
        return f"{fact['owner']}'s to settle: {fact['cause'].replace('_', ' ')}"
    if kind == "action_applied":
        return f"done as asked: {fact['action']}"
    if kind == "action_refused":
        return f"REFUSED to {fact['action']}: {fact['reason']}"
    return kind


def tell_books(day):
    titles = ["day", "", "deferred", "billed", "earned", "cleared", "deferred then", "monthly before", "new", "back", "more", "less",
              "lost", "monthly then", "unexplained"]
    table("THE BOOKS, DAY BY DAY: revenue that is not yet earned, and what comes in by the month", titles,
          [[date, currency, *(digits(minor, currency) for minor in figures)]
           for date, currency, *figures in tables.books_days(day)])
    table("WHAT COMES IN BY THE MONTH, all currencies in one, at each day's exchange rates",
          ["day", "", "before", "new", "back", "more", "less", "lost", "by exchange rates", "then"],
          [[date, currency, *(digits(minor, currency) for minor in figures)]
           for date, currency, *figures in tables.reported_days(day)])
    for kind, fact, event in day.facts("ops.billing.v1"):
        if kind == "period_closed":
            print(f"  {when(event['time'])}  {fact['period']} is closed and sealed with {fact['digest']}")


def tell(day):
    rows = sorted([event["time"], event["sequence"], event["data"].get("accountId") or event["data"].get("customerId", "-"),
                   says(kind, fact)] for kind, fact, event in day.facts("ops.billing.v1")
                  if kind not in tables.OF_THE_BOOKS)
    table("WHAT CAME OF THE MONEY, as billing-sync says it", ["time", "account", "what"],
          [[when(time), account, text] for time, _, account, text in rows])
