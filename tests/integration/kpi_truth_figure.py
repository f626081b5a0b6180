"""kpi_truth_figure - figures and their rows, summed by window and dimension, and what comes of the sums.

A figure is a function that yields rows: by when they count, by what they are cut, and what they add. It has one of the formulas
below. Sums are whole numbers; what is divided is rounded once, half to even.
"""
import collections

from kpi_truth_calendar import window_start

FIGURES = {}
Figure = collections.namedtuple("Figure", "formula rows per closing")
Row = collections.namedtuple("Row", "at words n hits measure asides currency")
MILLION = 10**6
KINDS = ("minute", "hour", "day", "week", "month")  # the shortest first


def row(at, words, n=0, hits=0, measure=None, currency="", **asides):
    return Row(at, words, n, hits, measure, asides, currency)


def figure(formula, name, version=1, per=1, closing=False):
    """closing: n is the sum of all windows up to and with its own."""
    def take(function):
        FIGURES[f"{name}@{version}"] = Figure(formula, function, per, closing)
        return function
    return take


def figures(formula, names):
    """Several of one function, each with what tells it apart."""
    def take(function):
        for name, value in names.items():
            figure(formula, name)(lambda mesh, value=value: function(mesh, value))
        return function
    return take


class Sums:
    def __init__(self):
        self.n = self.hits = self.sum = 0
        self.asides = collections.Counter()
        self.values = []

    def add(self, one):
        self.n += one.n
        self.hits += one.hits
        self.asides.update(one.asides)
        if one.measure is not None:
            self.sum += one.measure
            self.values.append(one.measure)

    def empty(self):
        return not (self.n or self.hits or self.sum or any(self.asides.values()))


def cut_by(definition, kind):
    """The dimensions that a window of that kind has."""
    return definition["dimensions"] if KINDS.index(kind) >= KINDS.index(definition.get("dimensions_from", "day")) else []


def cells(rows, definition):
    """Sums by dimension, its value, currency, kind of window and its beginning; of the whole the dimension is ""."""
    found = collections.defaultdict(Sums)
    for one in rows:
        for kind in definition["windows"]:
            start = window_start(kind, one.at, definition["zone"])
            cuts = [("", "")] + [(name, one.words.get(name, "")) for name in cut_by(definition, kind)]
            for dimension, value in cuts:
                found[dimension, value, one.currency, kind, start].add(one)
    return {place: sums for place, sums in found.items() if not sums.empty()}


def close(found):
    """n becomes that of all windows so far, of each series of them."""
    levels = collections.Counter()
    for place in sorted(found, key=lambda place: place[4]):
        levels[place[:4]] += found[place].n
        found[place].n = levels[place[:4]]


def carried(found, place):
    """Of a window in which nothing happened: what the one before it left; None: nothing."""
    before = [one for one in found if one[:4] == place[:4] and one[4] < place[4]]
    sums = Sums()
    sums.n = found[max(before)].n if before else 0
    return None if sums.empty() else sums


# Formulas.


def rounded(dividend, divisor):
    """Half to even; None: there is no population."""
    if divisor == 0:
        return None
    whole, rest = divmod(dividend, divisor)
    return whole + (2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1))


def quantile(values, ppm):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * ppm // MILLION) - 1)] if ordered else None


FORMULAS = {
    "count": lambda sums, per: sums.n,
    "sum": lambda sums, per: sums.sum,
    "mean": lambda sums, per: rounded(sums.sum, sums.n),
    "share": lambda sums, per: rounded(sums.hits * MILLION, sums.n),
    "quotient": lambda sums, per: rounded(sums.hits * per * 1000, sums.n),
}
