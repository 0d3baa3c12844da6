"""What a vendor's API costs: tiers and dates, what it counts, what it allows, what it promises."""
