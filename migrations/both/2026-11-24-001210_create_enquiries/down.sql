DROP INDEX applications_of_enquiry;
ALTER TABLE applications DROP COLUMN enquiry_id;
DROP TABLE enquiries;
