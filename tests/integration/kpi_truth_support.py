"""kpi_truth_support - every figure of support from facts alone, each by hand from the domain's rules.

A figure yields rows: by when they count, by what they are cut, and what they add.
"""
from kpi_truth_calendar import midnights, open_time
from kpi_truth_facts import instant, number, word
from kpi_truth_figure import figure, figures, row
from kpi_truth_ticket import DONE, Ticket, tier_of

DESKS = {"JP": "tokyo-support", "GB": "london-support"}
JUDGES = ("classified", "needsHuman")
BESIDE = "NEEDS_HUMAN_CAUSE_AI_FELL_SHORT"


class Mesh:
    """until: up to where midnights are taken."""

    def __init__(self, facts, until):
        triage, clocks = by_key(facts.get("ops.triage.v1", [])), by_key(facts.get("ops.sla.v1", []))
        self.until = until
        self.accounts = by_key([fact for fact in facts.get("ops.accounts.v1", []) if fact.name == "declared"])
        self.patterns = [fact for fact in facts.get("ops.triage.v1", []) if fact.name and fact.name.startswith("pattern")]
        self.tickets = [Ticket(own, triage.get(key, []), clocks.get(key, []))
                        for key, own in by_key(facts.get("ops.tickets.v1", [])).items()
                        if any(fact.name == "opened" for fact in own)]


def by_key(facts):
    keyed = {}
    for fact in facts:
        keyed.setdefault(fact.key, []).append(fact)
    return keyed


def took(words, start, end, business):
    return open_time(DESKS.get(words["region"], "new-york-support"), start, end) if business else end - start


# Replies.


@figures("distribution", {"support.first_reply": True, "support.first_reply_elapsed": False})
@figures("mean", {"support.first_reply_mean": True})
def first_reply(mesh, business):
    for ticket in mesh.tickets:
        wait = ticket.asked
        if wait is None:
            continue
        if not ticket.by_customer and wait.ended is not None:
            yield row(wait.ended, ticket.whole, opened_by_us=1)
        elif ticket.by_customer and wait.ended is None:
            yield row(wait.began, ticket.whole, unanswered=int(not wait.cancelled), solved_without_reply=int(wait.cancelled))
        elif ticket.by_customer:
            yield row(wait.ended, ticket.whole, n=1, measure=took(ticket.words, wait.began, wait.ended, business))


def reply_words(ticket, wait):
    return ticket.cut(wait.author, ticket.holder(wait.ended)[1])


@figures("distribution", {"support.next_reply": True, "support.next_reply_elapsed": False})
def next_reply(mesh, business):
    for ticket in mesh.tickets:
        for wait in ticket.waits:
            if not wait.first and wait.ended is None:
                yield row(wait.began, ticket.cut("", ""), unanswered=int(not wait.cancelled),
                          solved_without_reply=int(wait.cancelled))
            elif not wait.first:
                yield row(wait.ended, reply_words(ticket, wait), n=1,
                          measure=took(ticket.words, wait.began, wait.ended, business))


@figure("count", "support.replies")
def replies(mesh):
    for ticket in mesh.tickets:
        for wait in ticket.waits:
            if wait.ended is not None:
                yield row(wait.ended, reply_words(ticket, wait), n=1)


@figure("count", "support.unanswered")
def unanswered(mesh):
    for ticket in mesh.tickets:
        if ticket.by_customer and ticket.asked and ticket.asked.ended is None:
            yield row(ticket.asked.began, ticket.whole, n=int(not ticket.asked.cancelled),
                      solved_without_reply=int(ticket.asked.cancelled))


# Solutions.


@figures("distribution", {
    "support.first_resolution": (0, True), "support.first_resolution_elapsed": (0, False),
    "support.full_resolution": (-1, True), "support.full_resolution_elapsed": (-1, False)})
def resolution(mesh, which):
    place, business = which
    for ticket in mesh.tickets:
        if not ticket.by_customer:
            continue
        if not ticket.solves:
            yield row(ticket.at, ticket.whole, unsolved=1)
        elif place == 0 or ticket.done:
            at = ticket.solves[place][0]
            yield row(at, ticket.whole, n=1, measure=took(ticket.words, ticket.at, at, business))


@figure("count", "support.solved")
def solved(mesh):
    for ticket in mesh.tickets:
        for place, solve in enumerate(ticket.solves):
            yield row(solve[0], ticket.cut_at(solve[0]), n=1, solved_again=int(place > 0))


@figure("share", "support.reopened")
def reopened(mesh):
    for ticket in mesh.tickets:
        for solve in ticket.solves:
            yield row(solve[0], ticket.cut_at(solve[0]), n=1, hits=int(ticket.undone_soon(solve)),
                      undone_ever=int(ticket.reopened_after(solve) is not None))


def solved_of_customers(mesh):
    for ticket in mesh.tickets:
        if ticket.by_customer and ticket.solves:
            first = ticket.solves[0]
            yield ticket, first, sum(fact.at <= first[0] for fact in ticket.written_by("agent"))


@figure("share", "support.one_touch")
def one_touch(mesh):
    for ticket, first, count in solved_of_customers(mesh):
        yield row(first[0], ticket.whole, n=1, hits=int(count <= 1 and not ticket.undone_soon(first)))


@figure("quotient", "support.replies_to_solve")
def replies_to_solve(mesh):
    for ticket, first, count in solved_of_customers(mesh):
        yield row(first[0], ticket.whole, n=1, hits=count)


@figure("share", "value.deflection")
def deflection(mesh):
    for ticket, first, _ in solved_of_customers(mesh):
        answered = ticket.asked is not None and ticket.asked.ended is not None
        yield row(first[0], ticket.whole, n=1, hits=int(bool(ticket.written_by("bot")) and not answered))


# What was opened.


@figure("count", "support.tickets_opened")
def tickets_opened(mesh):
    for ticket in mesh.tickets:
        yield row(ticket.at, ticket.whole, n=1, opened_by_us=int(not ticket.by_customer))


@figure("share", "support.resolution_cohort")
def resolution_cohort(mesh):
    for ticket in mesh.tickets:
        if ticket.by_customer:
            yield row(ticket.at, ticket.whole, n=1, hits=int(bool(ticket.solves)))


@figure("quotient", "support.resolution_flow", per=100)
def resolution_flow(mesh):
    for ticket in mesh.tickets:
        yield row(ticket.at, ticket.whole, n=1)
        if ticket.solves:
            yield row(ticket.solves[0][0], ticket.whole, hits=1)


@figure("share", "support.escalated")
def escalated(mesh):
    for ticket in mesh.tickets:
        yield row(ticket.at, ticket.whole, n=1, hits=int(ticket.escalated))


def customers(mesh):
    """One less of what an account was, and one more of what it is; an older version of it says nothing."""
    for declared in mesh.accounts.values():
        was, newest = None, 0
        for fact in declared:
            words = {"tier": tier_of(fact.body), "region": fact.body.get("region", "")}
            if number(fact.body.get("version")) <= newest or words == was:
                continue
            newest = number(fact.body.get("version"))
            if was is not None:
                yield fact.at, was, -1
            yield fact.at, words, 1
            was = words


@figure("quotient", "value.tickets_per_100_customers", per=100, closing=True)
def tickets_per_100_customers(mesh):
    for at, words, change in customers(mesh):
        yield row(at, words, n=change)
    for ticket in mesh.tickets:
        if ticket.by_customer:
            yield row(ticket.at, ticket.whole, hits=1)


@figure("count", "value.escalated_accounts")
def escalated_accounts(mesh):
    for ticket in mesh.tickets:
        if ticket.by_customer and ticket.escalated:
            yield row(ticket.at, ticket.whole, n=1)


# Programs.


@figure("share", "support.bot_share")
def bot_share(mesh):
    for ticket in mesh.tickets:
        if ticket.by_customer:
            yield row(ticket.at, ticket.whole, n=1, hits=int(bool(ticket.written_by("bot"))))


@figure("share", "support.assistance_handover")
def assistance_handover(mesh):
    for ticket in mesh.tickets:
        if ticket.written_by("bot"):
            yield row(ticket.at, ticket.whole, n=1, hits=int(bool(ticket.written_by("agent"))))


@figure("share", "support.assistance_resolution")
def assistance_resolution(mesh):
    for ticket in mesh.tickets:
        if ticket.written_by("bot"):
            alone = ticket.solves and not ticket.written_by("agent") and not ticket.reopened_after(ticket.solves[0])
            yield row(ticket.at, ticket.whole, n=1, hits=int(bool(alone)))


# Scores.


def scores(mesh):
    for ticket in mesh.tickets:
        for fact in ticket.named("csatAnswered"):
            score, scale = number(fact.body.get("score")), number(fact.body.get("scale"))
            if scale >= 2 and 1 <= score <= scale:
                yield fact, ticket.cut(fact.body.get("assignee", ""), fact.body.get("team", "")), score, scale


@figure("share", "support.csat")
def csat(mesh):
    for fact, words, score, scale in scores(mesh):
        content = score == 2 if scale == 2 else score * 5 >= scale * 4
        yield row(fact.at, words, n=1, hits=int(content))


@figure("mean", "support.csat_mean")
def csat_mean(mesh):
    for fact, words, score, scale in scores(mesh):
        yield row(fact.at, words, n=1, measure=score * 10**6 // scale)


@figure("quotient", "support.csat_responses", per=100)
def csat_responses(mesh):
    for fact, words, _, _ in scores(mesh):
        yield row(fact.at, words, hits=1)
    for at, words, *_ in solved(mesh):
        yield row(at, words, n=1)


# Promises.


def promises(mesh):
    for ticket in mesh.tickets:
        for fact, clock in ticket.clocks:
            if number(clock.get("targetUs")) > 0:
                became, at = outcome(fact, clock)
                promise = word(clock.get("metric"), "SLA_METRIC_")
                yield ticket.cut_at(at or 10**18, promise=promise), clock, became, at


def outcome(fact, clock):
    """What became of it, and when; a broken promise stays broken."""
    state, due = word(clock.get("state"), "SLA_STATE_"), instant(clock.get("due"))
    if state == "breached" or (state in ("fulfilled", "cancelled") and due is not None and fact.at > due):
        return "breached", due
    return {"fulfilled": ("met", fact.at), "cancelled": ("cancelled", fact.at)}.get(state, ("open", None))


@figures("share", {
    "support.attainment": ("", False), "support.attainment_agents": ("", True),
    "support.attainment_first_reply": ("first_reply", False),
    "support.attainment_next_reply": ("next_reply", False),
    "support.attainment_resolution": ("resolution", False)})
def attainment(mesh, which):
    wanted, agents = which
    for words, clock, became, at in promises(mesh):
        if wanted not in ("", words["promise"]):
            continue
        late = bool(clock.get("retroactive"))
        if became == "open":
            yield row(instant(clock.get("startedAt")), words, open=1)
            continue
        counts = became in ("met", "breached") and not (agents and late)
        yield row(at, words, n=int(counts), hits=int(counts and became == "met"),
                  cancelled=int(became == "cancelled"), retroactive=int(late and became != "cancelled"))


@figure("count", "support.breaches")
def breaches(mesh):
    for words, clock, became, at in promises(mesh):
        if became == "breached":
            yield row(at, words, n=1, retroactive=int(bool(clock.get("retroactive"))))


# The classifier.


def judgements(mesh):
    """The first of each message, with what was said last of it."""
    for ticket in mesh.tickets:
        messages = {}
        for fact in ticket.triage:
            name = fact.body.get("messageId") or fact.sequence
            if fact.name in JUDGES and fact.body.get("cause") != BESIDE:
                messages.setdefault(name, [fact, fact, False])[1] = fact
            elif fact.name == "corrected" and name in messages:
                was, now = fact.body.get("fromIntent", ""), fact.body.get("toIntent", "")
                messages[name][2] |= was not in ("", now)
        for first, last, corrected in messages.values():
            unsure = last.name == "needsHuman"
            reason = word(last.body.get("cause"), "NEEDS_HUMAN_CAUSE_") if unsure else ""
            yield first.at, ticket.cut_at(first.at, reason=reason), last, corrected


@figure("share", "support.abstention")
def abstention(mesh):
    for at, words, last, _ in judgements(mesh):
        yield row(at, words, n=1, hits=int(last.name == "needsHuman"))


@figure("share", "support.corrections")
def corrections(mesh):
    for at, words, last, corrected in judgements(mesh):
        if last.name == "classified":
            yield row(at, words, n=1, hits=int(corrected))


@figure("distribution", "support.confidence")
def confidence(mesh):
    for at, words, last, _ in judgements(mesh):
        yield row(at, words, n=1, measure=number(last.body.get("confidencePpm")))


@figure("count", "value.pattern_tickets")
def pattern_tickets(mesh):
    for fact in mesh.patterns:
        for one in fact.body.get("tickets", fact.body.get("added", [])):
            customer = one.get("customer", "")
            contact = customer.startswith(("stripe:", "address:", "slack:", "domain:"))
            yield row(instant(one["occurredAt"]), {"pattern": fact.body["patternId"], "intent": fact.body["intent"],
                                                   "account": "" if contact else customer}, n=1)


# The backlog.


def snapshots(mesh, zone):
    for ticket in mesh.tickets:
        for us, _ in midnights(ticket.at, mesh.until, zone):
            if ticket.status_before(us) not in DONE:
                yield ticket, us, ticket.cut_at(us - 1), ticket.customer_waits(us), not ticket.touched_before(us)


@figure("count", "support.backlog", version=1)
def backlog(mesh, zone="UTC"):
    for _, us, words, waiting, untouched in snapshots(mesh, zone):
        yield row(us, words, n=1, waiting=int(waiting), untouched=int(untouched))


@figure("count", "support.backlog", version=2)
def backlog_of_new_york(mesh):
    yield from backlog(mesh, "America/New_York")


@figure("distribution", "support.backlog_age")
def backlog_age(mesh):
    for ticket, us, words, _, _ in snapshots(mesh, "America/New_York"):
        yield row(us, words, n=1, measure=us - ticket.at)


@figures("share", {"support.backlog_waiting": True, "support.backlog_untouched": False})
def backlog_share(mesh, waits):
    for _, us, words, waiting, untouched in snapshots(mesh, "America/New_York"):
        yield row(us, words, n=1, hits=int(waiting if waits else untouched))


def runs(fact, clock, us):
    """Was it promised then, and not over."""
    began, over = instant(clock.get("startedAt")), word(clock.get("state"), "SLA_STATE_") in ("fulfilled", "cancelled")
    return number(clock.get("targetUs")) > 0 and (began is None or began < us) and not (over and fact.at < us)


@figure("share", "support.backlog_within_promises")
def backlog_within_promises(mesh):
    for ticket, us, words, _, _ in snapshots(mesh, "America/New_York"):
        running = [outcome(fact, clock) for fact, clock in ticket.clocks if runs(fact, clock, us)]
        overdue = any(became == "breached" and at < us for became, at in running)
        yield row(us, words, n=int(bool(running)), hits=int(bool(running) and not overdue), no_promise=int(not running))


@figure("quotient", "support.days_to_clear")
def days_to_clear(mesh):
    for _, us, words, _, _ in snapshots(mesh, "America/New_York"):
        yield row(us, words, hits=1)
    for at, words, *_ in solved(mesh):
        yield row(at, words, n=1)
