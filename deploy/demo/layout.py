"""layout - how the story writes tables and times."""
import re
import unicodedata


def width(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def table(title, heads, rows):
    rows = [heads, *([str(cell) for cell in row] for row in rows)]
    widths = [max(width(row[i]) for row in rows) for i in range(len(heads))]
    print(f"\n{title}\n")
    for row in rows:
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths))
        print("  " + "  ".join(cells).rstrip())


def when(text):
    """05-01 08:30, with seconds only where there are some."""
    return text[5:16].replace("T", " ") + (text[16:19] if len(text) > 3 and text[17:19] != "00" else "") \
        if text != "-" else "-"


def natural(row):
    """B2 before B10."""
    letter, number = re.fullmatch(r"([A-Z]+)(\d+)", row[0]).groups()
    return letter, int(number), row[1]
