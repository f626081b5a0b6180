"""billing_story - what the story tells of money: what became of invoices, payments, subscriptions, and what did not add up."""
import tables
from layout import table, when

DECIMALS = {"JPY": 0, "KWD": 3}


def amount(value):
    if not value:
        return ""
    decimals = DECIMALS.get(value["currency"], 2)
    minor = int(value.get("minor", 0))
    whole, rest = divmod(abs(minor), 10**decimals)
    digits = f"{whole:,}" + (f".{rest:0{decimals}}" if decimals else "")
    return f"{'-' if minor < 0 else ''}{digits} {value['currency']}"


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
    if kind == "subscription_started":
        return f"subscription {fact['subscriptionId']} begins: {items(fact)}"
    if kind == "subscription_changed":
        return f"subscription {fact['subscriptionId']}, other {tables.word(fact['move'], 'SUBSCRIPTION_MOVE_')}: {items(fact)}"
    if kind == "access_changed":
        until = f" until {when(fact['until'])}" if "until" in fact else ""
        return f"access to {fact['productId']} {tables.word(fact['move'], 'ACCESS_MOVE_')}: {fact['quantity']} seats{until}"
    if kind == "recurring_moved":
        return (f"recurring revenue of {fact['day']}: {tables.word(fact['move'], 'RECURRING_MOVE_')}, "
                f"{amount(fact['amount'])} a month")
    if kind == "fetch_requested":
        return f"asks for {fact['objectId']}, which no webhook carries ({fact['namedBy']} names it)"
    if kind == "discrepancy_opened":
        figures = f", {amount(fact['found'])} where {amount(fact['expected'])} should be" if "found" in fact else ""
        return f"DOES NOT ADD UP: {fact['cause'].replace('_', ' ')} at {', '.join(fact['objectIds'])}{figures}, for {fact['queue']}"
    if kind == "discrepancy_healed":
        return f"adds up again: {fact['cause'].replace('_', ' ')} at {fact['objectId']}"
    if kind == "discrepancy_escalated":
        return f"ESCALATED, level {fact['level']}: {fact['cause'].replace('_', ' ')} is open since {when(fact['openedAt'])}"
    return kind


def tell(day):
    rows = sorted([event["time"], event["sequence"], event["data"].get("accountId") or event["data"].get("customerId", "-"),
                   says(kind, fact)] for kind, fact, event in day.facts("ops.billing.v1"))
    table("WHAT CAME OF THE MONEY, as billing-sync says it", ["time", "account", "what"],
          [[when(time), account, text] for time, _, account, text in rows])
