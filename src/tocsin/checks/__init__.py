"""One file for each check of a workspace; found by being there. Checks find, they never print or mend."""
