"""A ledger told: text.py and alert.py, html.py as a page, programs.py (JSON), junit.py, github.py."""
