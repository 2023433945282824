"""One tree for one text, so that what is made of it (`plan`) is made once."""

from functools import lru_cache

from tocsin.query.promql import parse

parsed = lru_cache(maxsize=512)(parse)
