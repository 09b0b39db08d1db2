DROP INDEX tasks_of_property;
DROP INDEX letters_of_property;
DROP TABLE anchor_mails;
