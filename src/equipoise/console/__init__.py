"""The decision record as a page and as Markdown: two pure functions of a portfolio."""
