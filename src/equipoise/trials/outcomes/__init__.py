"""Verdicts on outcomes that exist: a table of scores in, a judgement of two models out."""
