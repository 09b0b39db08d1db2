DROP TABLE material_marks;
