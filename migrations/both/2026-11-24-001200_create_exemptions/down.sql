DROP TABLE occupancies;
DROP TABLE exemptions;
