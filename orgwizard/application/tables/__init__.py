"""Many orgs in one run: a plan and a table read, checked as a whole and created in order; open attempts finished."""
