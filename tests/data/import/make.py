"""Makes the spreadsheets of this folder, all of made-up applications: pip install XlsxWriter==3.2.9, then run this here."""
import csv
import datetime
from xlsxwriter import Workbook

HEADINGS = ["Application ref", "UPRN", "Address line 1", "Address line 2", "Town", "Street", "Postcode", "Licence area",
            "Applicant name", "Applicant email", "Applicant address", "Proposed holder name", "Manager name",
            "Agent name", "Agent email", "Date submitted", "Number of households", "Number of occupiers",
            "Gas? (Y/N)", "Declarations signed", "Property type", "Fee paid"]
DAY = datetime.date(2025, 1, 22)
GOOD = [
    ["SL/0001", 100110012345, "1 Made Up Street", None, "Stockton-on-Tees", "Made Up Street", "ts18 1ab",
     "Central Stockton", "Zoë O’Neill", "zoe@example.org", "5 Invented Road\nStockton\nTS19 0AA", None, None, None, None,
     DAY, 1, 3, "Y", True, "Terraced house", 950],
    ["SL/0002", 100110012346, "Flat 2", "9 Made Up Street", "Stockton-on-Tees", "Made Up Street", "TS18 1AB", "Newtown",
     "Pretend Lettings Ltd", "office@example.com", "1 Fiction Way, London", "Bea Khan", "Pretend Lettings Ltd",
     "Carl Agent", "carl@example.net", datetime.datetime(2025, 1, 21, 15, 30), 2, 4, "N", False, "Flat", 950],
]
BAD = [
    ["SL/0003", "10011001234X", "3 Made Up Street", None, None, None, "TS18", "Newtown", "Dee Test", "dee at home", None,
     None, None, None, None, "31/02/2025", 1, 999, "maybe", "Y", "Caravan", None],
    ["SL/0001", 100110012345, "1 Made Up Street", None, "Stockton-on-Tees", "Made Up Street", "TS18 1AB",
     "Central Stockton", "Zoë O’Neill", "zoe@example.org", "5 Invented Road\nStockton\nTS19 0AA", None, None, None, None,
     DAY, 1, 3, "Y", True, "Terraced house", 950],
    ["SL/0004", None, None, None, None, None, None, None, None, None, None, None, None, None, "x@example.org", None, None,
     None, None, None, None, None],
]


def shown(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, datetime.date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, bool):
        return str(value).upper()
    return value


def save(name, rows, titles, encoding, delimiter):
    lines = [[title] for title in titles] + [HEADINGS] + rows
    with Workbook(f"{name}.xlsx", {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Applications")
        for row, line in enumerate(lines):
            sheet.write_row(row, 0, line)
        if name == "good":
            sheet.write_formula("R2", "=1+2", None, 3)
        book.add_worksheet("Lists").write_row(0, 0, ["not", "to", "be", "read"])
    with open(f"{name}.csv", "w", newline="", encoding=encoding) as out:
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerows([shown(value) for value in line] for line in lines)


save("good", GOOD, [], "utf-8-sig", ",")
save("faults", GOOD[:1] + BAD, ["Selective licensing applications", None], "cp1252", ";")
