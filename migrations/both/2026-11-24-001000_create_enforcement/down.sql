DROP TABLE penalty_entries;
DROP TABLE offences;
DROP TABLE enforcement_cases;
