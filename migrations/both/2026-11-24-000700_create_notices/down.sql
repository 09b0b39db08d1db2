DROP TABLE representations;
DROP TABLE notice_copies;
DROP TABLE notices;
