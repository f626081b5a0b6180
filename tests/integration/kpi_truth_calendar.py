"""kpi_truth_calendar - open time of the calendar documents, and windows of local time, over zoneinfo alone."""
import datetime
import functools
import glob
import json
import os
import zoneinfo

from kpi_truth_facts import EPOCH, HOUR, MICROSECOND, instant, moment

POLICIES = os.path.join(os.path.dirname(__file__), "../../deploy/policies")
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ONE_DAY = datetime.timedelta(days=1)


def documents(kind):
    for path in sorted(glob.glob(os.path.join(POLICIES, kind, "*.json"))):
        with open(path, encoding="utf-8") as file:
            yield json.load(file)


def at(wall, zone, last):
    """The instant of a wall clock's time: of two the first or the last, of none the first one behind the gap."""
    there = [wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    instants = [(one.astimezone(datetime.timezone.utc) - EPOCH) // MICROSECOND for one in there]
    if moment(instants[0]).astimezone(zone).replace(tzinfo=None) == wall:
        return max(instants) if last else min(instants)
    low, high = min(instants), max(instants)
    while high - low > 1:
        middle = (low + high) // 2
        if moment(middle).astimezone(zone).replace(tzinfo=None) < wall:
            low = middle
        else:
            high = middle
    return high


class Calendar:
    """One version of one calendar."""

    def __init__(self, document, holidays):
        self.begins = offset_instant(document["effective_from"])
        self.zone = zoneinfo.ZoneInfo(document["time_zone"])
        self.windows = document["windows"]
        self.closed = {day["date"] for name in document.get("holidays", []) for day in holidays.get(name, [])}
        self.overrides = {one["date"]: one["windows"] for one in document.get("overrides", [])}

    def windows_of(self, date):
        if date.isoformat() in self.overrides:
            return self.overrides[date.isoformat()]
        if date.isoformat() in self.closed:
            return []
        return [window for window in self.windows if DAYS[date.weekday()] in window["days"]]

    def clock(self, date, text, last):
        hour, minute = (int(part) for part in text.split(":"))
        wall = datetime.datetime.combine(date, datetime.time()) + datetime.timedelta(hours=hour, minutes=minute)
        return at(wall, self.zone, last)

    @functools.cache
    def spans_of(self, date):
        spans = []
        for window in self.windows_of(date):
            until = date + ONE_DAY if window["to"] <= window["from"] else date
            spans.append((self.clock(date, window["from"], False), self.clock(until, window["to"], True)))
        return spans

    def open_time(self, start, end):
        """Microseconds; windows that overlap count once."""
        date = moment(start).astimezone(self.zone).date() - ONE_DAY
        last = moment(end).astimezone(self.zone).date()
        spans = []
        while date <= last:
            spans += [(max(start, a), min(end, b)) for a, b in self.spans_of(date) if max(start, a) < min(end, b)]
            date += ONE_DAY
        total, reached = 0, start
        for a, b in sorted(spans):
            total += max(0, b - max(a, reached))
            reached = max(reached, b)
        return total


def offset_instant(text):
    if text.endswith("Z"):
        return instant(text)
    return (datetime.datetime.fromisoformat(text) - EPOCH) // MICROSECOND


@functools.cache
def calendars():
    holidays = {}
    for document in documents("holidays"):
        holidays.setdefault(document["id"], []).extend(document["days"])
    found = {}
    for document in documents("calendars"):
        found.setdefault(document["id"], []).append(Calendar(document, holidays))
    return found


def open_time(name, start, end):
    """Each stretch by the version in force then; before the first one that one."""
    versions = sorted(calendars()[name], key=lambda version: version.begins)
    total = 0
    for place, version in enumerate(versions):
        begins = version.begins if place > 0 else start
        ends = versions[place + 1].begins if place + 1 < len(versions) else end
        if max(start, begins) < min(end, ends):
            total += version.open_time(max(start, begins), min(end, ends))
    return total


# Windows.


@functools.cache
def midnight(date, zone):
    return at(datetime.datetime.combine(date, datetime.time()), zoneinfo.ZoneInfo(zone), False)


def window_start(kind, us, zone):
    """Where the window begins in which the instant lies."""
    date = moment(us).astimezone(zoneinfo.ZoneInfo(zone)).date()
    if kind in ("minute", "hour"):
        size = HOUR if kind == "hour" else HOUR // 60
        begins = midnight(date, zone)
        return begins + (us - begins) // size * size
    if kind == "week":
        date -= datetime.timedelta(days=date.weekday())
    if kind == "month":
        date = date.replace(day=1)
    return midnight(date, zone)


def midnights(start, end, zone):
    """Those behind start and not behind end, each with the date of the day that begins there."""
    date = moment(start).astimezone(zoneinfo.ZoneInfo(zone)).date()
    while True:
        date += ONE_DAY
        us = midnight(date, zone)
        if us > end:
            return
        if us > start:
            yield us, date
