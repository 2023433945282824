"""Mutants of a PromQL rule, and cases that notice them.

mutants.py     all small mistakes; equivalent.py: those that nothing can tell; whole.py: whole numbers
noticed.py     which case notices a mutant; reach.py: where it cannot make a difference
sharpen.py     new cases for those that survive, kept by collection.py
situations.py  what is tried, with pivots.py, edges.py, siblings.py, variations.py
"""
