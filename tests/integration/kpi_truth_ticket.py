"""kpi_truth_ticket - a ticket's life, put together of its facts a second time.

Written from the domain's rules, not from the daemon's source: waits are found by looking at what stands before and behind each
message, not by walking. What people wrote counts when they wrote it; what the desk did counts in the order in which it was
said, never before what was said before it.
"""
import functools

from kpi_truth_facts import DAY, number, word

DONE = {"solved", "closed"}
SOON = 7 * DAY
PEOPLE = {"customer", "agent"}


def later(pairs, begin):
    """Facts in the order in which they were said, each at its time, or at that of the one before if that is later."""
    for fact in pairs:
        begin = max(begin, fact.at)
        yield begin, fact


def product(tags):
    return next((tag.removeprefix("product:") for tag in tags if tag.startswith("product:")), "")


def tier_of(body):
    return word(body.get("tier"), "TIER_") or body.get("tierVerbatim", "")


class Wait:
    def __init__(self, message, began, first):
        self.message, self.began, self.first = message, began, first
        self.ended, self.author, self.cancelled = None, "", False


class Ticket:
    """Facts are in the order of each topic's writer."""

    def __init__(self, facts, triage, clocks):
        self.facts, self.triage = facts, triage
        self.opened = self.named("opened")[0]
        self.at = self.opened.at
        self.clocks = self.last_of_each_clock(clocks)
        self.moves = self.read_moves()
        self.holdings = list(later(self.named("assigned"), self.at))
        self.messages = sorted(
            (fact for fact in self.named("messageAdded")
             if fact.body.get("visibility") == "VISIBILITY_PUBLIC" and self.role(fact) in PEOPLE | {"bot"}),
            key=lambda fact: (fact.at, fact.sequence))

    def named(self, *names):
        return [fact for fact in self.facts if fact.name in names]

    @staticmethod
    def role(fact):
        return word(fact.body.get("role"), "ROLE_")

    # How it stood.

    def read_moves(self):
        first = word(self.opened.body.get("status"), "TICKET_STATUS_") or "open"
        moves = [(self.at, self.opened.sequence, "new", first, "")]
        for at, fact in later(self.named("statusChanged", "reopened"), self.at):
            old, new = (word(fact.body.get(name), "TICKET_STATUS_") or "open" for name in ("fromStatus", "toStatus"))
            moves.append((at, fact.sequence, old, new, fact.body.get("messageId", "")))
        return moves

    @functools.cached_property
    def solves(self):
        return [move for move in self.moves if move[2] not in DONE and move[3] in DONE]

    @functools.cached_property
    def reopens(self):
        return [move for move in self.moves if move[2] in DONE and move[3] not in DONE]

    def reopened_after(self, solve):
        return next((move for move in self.reopens if move[:2] > solve[:2]), None)

    def undone_soon(self, solve):
        reopened = self.reopened_after(solve)
        return reopened is not None and reopened[0] - solve[0] <= SOON

    @property
    def done(self):
        return self.moves[-1][3] in DONE

    def status_before(self, us):
        """None: it was not opened yet."""
        return next((new for at, _, _, new, _ in reversed(self.moves) if at < us), None)

    def holder(self, us):
        """Who had it then, what was said of that instant included."""
        held = [fact.body for at, fact in self.holdings if at <= us]
        return (held[-1].get("assignee", ""), held[-1].get("team", "")) if held else ("", "")

    def touched_before(self, us):
        wrote = any(self.role(fact) == "agent" and fact.at < us for fact in self.named("messageAdded"))
        return wrote or any(fact.body.get("assignee") and at < us for at, fact in self.holdings)

    def customer_waits(self, us):
        said = [self.role(fact) for fact in self.messages if fact.at < us and self.role(fact) in PEOPLE]
        return bool(said) and said[-1] == "customer"

    # Who asked, who replied.

    @functools.cached_property
    def by_customer(self):
        words = self.named("messageAdded")
        if words:
            return self.role(words[0]) == "customer"
        return word((self.opened.event.get("actor") or {}).get("role"), "ROLE_") != "agent"

    def written_by(self, role):
        return [fact for fact in self.messages if self.role(fact) == role]

    def points(self):
        """What a wait can begin with, in order: a customer's message, and a reopening for one that no reply came behind."""
        points = [((fact.at, fact.sequence), fact) for fact in self.written_by("customer")]
        clears = sorted([(fact.at, fact.sequence) for fact in self.written_by("agent")] +
                        [move[:2] for move in self.solves if move[1] != self.opened.sequence])
        for at, sequence, _, _, message in self.reopens:
            place = (at, sequence)
            cleared = max((clear for clear in clears if clear < place), default=(0, 0))
            asked = [fact for fact in self.written_by("customer") if fact.body["messageId"] == message]
            if not message or not asked or any(cleared < one < place for one, _ in points):
                continue
            replied = any(asked[0].at <= fact.at and (fact.at, fact.sequence) < place for fact in self.written_by("agent"))
            if not replied and (asked[0].at, asked[0].sequence) < place:
                points.append((place, asked[0]))
        return sorted(points, key=lambda point: point[0]), clears

    @functools.cached_property
    def waits(self):
        points, clears = self.points()
        replies = {(fact.at, fact.sequence): fact for fact in self.written_by("agent")}
        waits = {}
        for index, (place, fact) in enumerate(points):
            cleared = max((clear for clear in clears if clear < place), default=(0, 0))
            if index > 0 and points[index - 1][0] > cleared:
                continue
            end = min((clear for clear in clears if clear > place), default=None)
            wait = Wait(fact.body["messageId"], fact.at, self.by_customer and not any(one < place for one in replies))
            if end in replies:
                wait.ended, wait.author = end[0], replies[end].body.get("author", "")
            wait.cancelled = wait.ended is None and (end is not None or self.done)
            waits.pop(wait.message, None)
            waits[wait.message] = wait
        return list(waits.values())

    @functools.cached_property
    def asked(self):
        """The wait that the first reply ended, else the last; None: nobody asked."""
        return next((wait for wait in self.waits if wait.ended is not None), self.waits[-1] if self.waits else None)

    # What it is cut by.

    def first_named(self, read):
        return next((found for found in (read(fact.body) for fact in self.named("customerResolved")) if found), "")

    @functools.cached_property
    def words(self):
        judged = [fact for fact in self.triage if fact.name in ("classified", "corrected")]
        languages = [fact.body.get("language") or fact.body.get("reading", {}).get("language", "") for fact in self.triage
                     if fact.name in ("classified", "needsHuman")]
        queues = [fact.body.get("queue", "") for fact in self.triage]
        tagged = self.named("tagged")
        last = judged[-1].body if judged else {}
        return {
            "channel": word(self.opened.body.get("channel"), "CHANNEL_"),
            "tier": self.first_named(tier_of),
            "region": self.first_named(lambda body: body.get("region", "")),
            "account": self.first_named(lambda body: body.get("accountId", "")),
            "language": next((one for one in reversed(languages) if one), ""),
            "queue": next((one for one in reversed(queues) if one), ""),
            "category": word(last.get("category"), "CATEGORY_"),
            "intent": last.get("toIntent", last.get("intent", "")),
            "product": product((tagged[-1] if tagged else self.opened).body.get("tags", [])),
        }

    def cut(self, agent, team, **more):
        return {**self.words, "agent": agent, "team": team, **more}

    def cut_at(self, us, **more):
        return self.cut(*self.holder(us), **more)

    @functools.cached_property
    def whole(self):
        """Of the ticket itself: who had it when it was solved last, else who has it."""
        return self.cut_at(self.solves[-1][0] if self.solves else 10**18)

    @property
    def escalated(self):
        return any(fact.body.get("escalations") for fact in self.triage)

    # Its clocks.

    @staticmethod
    def last_of_each_clock(facts):
        clocks = {}
        for fact in facts:
            clock = fact.body.get("clock")
            if clock and fact.name != "warned":
                clocks[clock.get("metric"), number(clock.get("instance"))] = (fact, clock)
        return clocks.values()
