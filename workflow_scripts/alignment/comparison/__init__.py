"""Models, cohorts and folds compared with one another."""
