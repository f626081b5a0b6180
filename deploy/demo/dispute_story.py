"""dispute_story - what the story tells of disputes: what was asked, by when, what speaks for us, who decided, what became of it."""
import tables
from billing_story import amount
from layout import when
from triage_story import LANGUAGES, words

STORIES = [
    ("dp_Tsubame1", "An inquiry that is answered, becomes a chargeback, and is answered once more"),
    ("dp_Juniper1", "A deadline over the holidays that nobody keeps"),
    ("dp_Pine3", "Answered in the provider's own pages, lost, and won all the same"),
    ("dp_Harbor1", "One that takes no answer, so that nobody is asked for one"),
    ("dp_Blue1", "One that is not worth its packet: given up by two people"),
    ("issfr_Maya2", "A warning of fraud, refunded before it became a dispute"),
]


class Case:
    """One case as it is told: what was said of it so far that later lines need."""

    def __init__(self, day):
        self.day = day
        self.ticket_of = {fact["messageId"]: day.name(event["key"]) for kind, fact, event in day.facts("ops.tickets.v1")
                          if kind == "message_added"}
        self.reminded = self.pages = 0
        self.quoted = ""

    def quotes(self, fact):
        """Which tickets are quoted, by language, where that is other than before: ": in Japanese T2, in English T3"."""
        found = {}
        for item in fact.get("itemsFound", []):
            if item.get("author") == "customer":
                found.setdefault(item.get("language"), set()).add(self.ticket_of.get(item["sourceId"], "-"))
        text = ", ".join(f"in {LANGUAGES.get(language, language)} {' and '.join(sorted(names))}"
                         for language, names in sorted(found.items(), reverse=True))
        before, self.quoted = self.quoted, text
        return f": {text}" if text not in ("", before) else ""

    def evidence(self, fact):
        against = f" and {fact['hurting']} against us" if fact.get("hurting") else ""
        return (f"{fact['items']} items for us{against}, {int(fact['completePpm']) // 10_000} % of what is asked for"
                f"{self.quotes(fact)}")

    def says(self, kind, fact):
        """A few words; None: the story does not need this fact."""
        if kind == "reminder_due":
            self.reminded += 1
        if kind == "packet_rendered":
            self.pages = fact["pages"]
        if kind == "evidence_collected":
            return self.evidence(fact)
        if kind == "packet_staged":
            return f"{people(fact)} puts up the packet {fact['digest'][:8]}, a PDF of {self.pages} pages"
        if kind == "deadline_missed":
            return f"ALERT: missed, after {self.reminded} reminders"
        return SAYS[kind](fact) if kind in SAYS else None


def people(fact):
    return fact["by"]["principal"]


def opened(fact):
    code = f" ({fact['network']} {fact['networkReasonCode']})" if "networkReasonCode" in fact else ""
    over = f"{amount(fact['amount'])}, " if "amount" in fact else ""
    return f"{tables.word(fact['stage'], 'CASE_STAGE_')}: {over}{words(fact['reason'])}{code}"


def advice(fact):
    if fact["recommendation"] == "ignore":
        return "nothing can be answered"
    return f"advised to {fact['recommendation']}, with a chance of {int(fact['winPpm']) // 10_000} %"


def observed(fact):
    return "the bank has our answer" if fact.get("ours") else "the bank has an answer that nobody asked for here"


SAYS = {
    "opened": opened,
    "deadline_set": lambda fact: f"due {when(fact['deadline'])}",
    "recommendation_made": advice,
    "escalated": lambda fact: "the bank is not content: a chargeback, which wants an answer of its own",
    "funds_withdrawn": lambda fact: f"{amount(fact['amount'])} and a fee of {amount(fact['fee'])} are taken",
    "funds_reinstated": lambda fact: f"{amount(fact['amount'])} come back",
    "assigned": lambda fact: f"{people(fact)} gives it to {fact['owner']}",
    "evidence_item_added": lambda fact: f"{people(fact)} adds what is missing: {words(fact['item']['kind'])}",
    "packet_approved": lambda fact: f"{people(fact)} approves {fact['digest'][:8]}, which is to be sent",
    "submission_observed": observed,
    "action_refused": lambda fact: f"REFUSED: {fact['reason']}",
    "deadline_approaching": lambda fact: "ALERT: the last day has begun",
    "accept_proposed": lambda fact: f"{people(fact)} proposes to give it up",
    "accept_requested": lambda fact: f"{people(fact)} confirms that",
    "lost": lambda fact: "lost",
    "closed_unanswered": lambda fact: "lost without an answer",
    "late_won": lambda fact: "won late",
    "refund_recommended": lambda fact: f"{amount(fact['left'])} are left, doing nothing is expected to lose "
                                       f"{amount(fact['expectedLoss'])}, and the customer waits for an answer: advised to refund",
    "decision_made": lambda fact: f"{people(fact)} decides to refund" if fact["decision"] == "refund" else None,
    "warning_resolved": lambda fact: f"over: {fact['how']} in full, and no dispute came",
}


def translations(day, dispute):
    """What people say in the bank's language of what customers wrote: (time, words)."""
    written = {event["id"]: day.name(event["key"]) for _, _, event in day.facts("ops.tickets.v1")}
    for kind, fact, event in day.facts("ops.actions.v1"):
        given = {item["name"]: item.get("plain") for item in fact.get("parameters", [])} if kind == "requested" else {}
        if "translation" in given and fact["on"]["id"].endswith("/" + dispute):
            yield event["time"], f"{people(fact)} translates {written.get(given['id'], given['id'])}"


def lines_of(day, dispute):
    """What is told of a case: (time, words), what came in one minute together."""
    case = Case(day)
    told = {}
    said = [(event["time"], case.says(kind, fact)) for kind, fact, event in day.facts("ops.disputes.v1")
            if event["data"].get("disputeId") == dispute]
    for time, text in sorted([*translations(day, dispute), *said], key=lambda line: line[0]):
        if text is not None:
            told.setdefault(when(time)[:11], []).append(text)
    return told.items()


def tell(day):
    accounts = {dispute: row["account"] for dispute, row in tables.cases(day).items()}
    print("\nWHAT BANKS DISPUTE, AND WHAT WAS DONE ABOUT IT (due: six hours before the bank's time)")
    for dispute, title in STORIES:
        print(f"\n  {title}: {dispute} of {accounts[dispute]}")
        for time, texts in lines_of(day, dispute):
            print(f"    {time:13}{'; '.join(texts)}")
