"""kpi_truth_facts - the lines of `opsmesh tail` as facts, and instants as whole microseconds."""
import collections
import datetime
import json

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
HOUR = 3600 * 10**6
DAY = 24 * HOUR

Fact = collections.namedtuple("Fact", "topic key sequence at name body event")


def instant(text):
    """Microseconds since 1970; None: absent."""
    if not text:
        return None
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(whole + "+00:00")
    return (seconds - EPOCH) // MICROSECOND + int((fraction + "000000")[:6])


def moment(us):
    return EPOCH + datetime.timedelta(microseconds=us)


def number(value):
    """64-bit numbers are texts in ProtoJSON; what is 0 is left out."""
    return int(value or 0)


def word(value, prefix):
    """TIER_PRO as "pro"; a number that has no name, and what is not specified, is ""."""
    if not isinstance(value, str) or value == prefix + "UNSPECIFIED":
        return ""
    return value.removeprefix(prefix).lower()


HEAD = {"occurredAt", "actor", "requestId", "causeId"}


def fact_of(line):
    """The one member of the event that is a message and no part of its head."""
    data = line["data"] or {}
    names = [name for name, value in data.items() if isinstance(value, dict) and name not in HEAD]
    name = names[0] if len(names) == 1 else None
    return Fact(line["topic"], line["key"], line["sequence"], instant(data.get("occurredAt")), name,
                data.get(name, {}), data)


def read(path):
    """Facts by topic, in the order of their writers; what was repeated counts once."""
    facts = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as lines:
        for text in lines:
            line = json.loads(text)
            facts[line["topic"]].setdefault((line["source"], line["sequence"]), fact_of(line))
    return {topic: [known[place] for place in sorted(known)] for topic, known in facts.items()}
