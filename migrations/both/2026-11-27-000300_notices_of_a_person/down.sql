DROP INDEX notice_copies_of_party;
