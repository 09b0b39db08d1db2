"""Compares config/bank-holidays.json with the PyPI package govuk-bank-holidays, for the years that both cover.

    pip install govuk-bank-holidays && python3 tests/bank_holidays.py
"""

import json
import pathlib
import sys

from govuk_bank_holidays.bank_holidays import BankHolidays

TABLE = pathlib.Path(__file__).parent.parent / "config" / "bank-holidays.json"


def listed(events):
    """Each day's date, title and whether it is a substitute, by year."""
    years = {}
    for event in events:
        date = str(event["date"])
        years.setdefault(date[:4], {})[date] = (event["title"], event.get("notes") or "")
    return years


def main():
    division = BankHolidays.ENGLAND_AND_WALES
    ours = listed(json.loads(TABLE.read_text(encoding="utf-8"))[division]["events"])
    theirs = listed(BankHolidays(use_cached_holidays=True).get_holidays(division=division))
    both = sorted(ours.keys() & theirs.keys())
    if len(both) < 3:
        sys.exit(f"the package covers too little of the table to prove anything: {both}")
    differences = [
        f"{date}: table {ours[year].get(date)}, package {theirs[year].get(date)}"
        for year in both
        for date in sorted(ours[year].keys() | theirs[year].keys())
        if ours[year].get(date) != theirs[year].get(date)
    ]
    if differences:
        sys.exit("bank holidays differ:\n" + "\n".join(differences))
    alone = sorted(ours.keys() - theirs.keys())
    print(f"{sum(len(ours[year]) for year in both)} bank holidays of {both[0]} to {both[-1]} agree; not compared: {alone}")


if __name__ == "__main__":
    main()
