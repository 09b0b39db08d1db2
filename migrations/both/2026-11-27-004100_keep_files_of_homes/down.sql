DROP INDEX documents_of_home_alone;
