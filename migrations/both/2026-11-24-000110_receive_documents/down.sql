DROP TABLE certificate_documents;
DROP TABLE response_documents;
DROP TABLE documents;
