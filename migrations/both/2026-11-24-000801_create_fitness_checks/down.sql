DROP TABLE fitness_checks;
