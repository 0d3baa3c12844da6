"""The dialects as sans-IO codecs: bytes to canonical values and back. Knows no HTTP client."""
