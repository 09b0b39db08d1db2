DROP TABLE fee_entries;
