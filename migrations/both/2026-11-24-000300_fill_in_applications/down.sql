DROP INDEX applications_of_holder;
DROP TABLE application_forms;
