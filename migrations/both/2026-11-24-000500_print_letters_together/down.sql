DROP TABLE batch_letters;
DROP TABLE letter_batches;
