-- What Google's names of charges say ("Gemini 2.5 Flash GA Text Input - Predictions", "Generate
-- content input token count gemini 2.5 flash short input text"). Google documents no grammar of
-- them: these rules know the names of its price list, https://cloud.google.com/skus, and give NULL
-- for the rest. Gemini before 2 was charged by characters on Vertex AI; it counts as tokens only
-- where the name says so.

-- name: google_meter
-- Which kind of token a name is about; NULL for storage, searches, tuning, pictures and other
-- services. In a name of the Gemini API "input" may stand twice: "output token count … long input
-- text" is output, "input token count … output" is input. Caches are cheapest, whatever is in them.
CREATE MACRO google_meter(sku) AS CASE
    WHEN NOT regexp_matches(sku, 'gemini[a-z _-]*[2-9]|token', 'i')
        OR regexp_matches(sku, 'storage|hours|character|tuning|training|grounding|\bsearch|maps|session', 'i') THEN NULL
    WHEN regexp_matches(sku, 'cach[a-z]*[ _-](write|creation)', 'i') THEN
        CASE WHEN regexp_matches(sku, '\b(1 ?h|1 ?hour|60m)\b', 'i') THEN 'cache_write_hour' ELSE 'cache_write' END
    WHEN regexp_matches(sku, 'cach', 'i') THEN 'cached'
    WHEN regexp_matches(sku, 'input[ _-]token', 'i')
        OR (regexp_matches(sku, 'input', 'i') AND NOT regexp_matches(sku, 'output', 'i')) THEN
        CASE WHEN regexp_matches(sku, 'audio', 'i') THEN 'audio_input' ELSE 'input' END
    WHEN NOT regexp_matches(sku, 'output', 'i') THEN NULL
    WHEN regexp_matches(sku, 'audio', 'i') THEN 'audio_output'
    WHEN regexp_matches(sku, 'image|video', 'i') AND NOT regexp_matches(sku, 'text[ _-]output', 'i') THEN NULL
    ELSE 'output'
END;

-- name: gemini_model
-- "Gemini 2.5 Flash Lite GA Text Input" is gemini-2.5-flash-lite. Some models are called by
-- another id than they are charged under: previews keep theirs, the live ones turn it around.
CREATE MACRO gemini_model(sku) AS regexp_replace(regexp_replace(replace(nullif(regexp_extract(
        regexp_replace(spaced(sku), '\bga\b ?', '', 'g'),
        '\b(gemini (?:omni |embedding |robotics er )?\d+(?:\.\d+)?(?: (?:pro|flash|nano|ultra))?(?: lite)?(?: live| tts)?(?: preview)?)',
        1), ''), ' ', '-')
    || CASE WHEN regexp_matches(sku, 'gemini[ _-]\d(\.\d)?[ _-]pro[ _-]image', 'i') THEN '-image' ELSE '' END,
    '^gemini-2\.5-flash-live$', 'gemini-live-2.5-flash'),
    '^(gemini-3-flash|gemini-3-pro|gemini-3\.1-pro)$', '\1-preview');

-- name: google_model
-- Google's own models, Claude, and the open ones of its "Model as a Service".
CREATE MACRO google_model(sku) AS coalesce(gemini_model(sku), claude_model(sku), replace(nullif(regexp_extract(spaced(sku),
    'model as a service (.+?) (?:(?:batch|flex|priority|cached|text|global) )*(?:input|output) token', 1), ''), ' ', '-'));

-- name: google_tier
CREATE MACRO google_tier(sku) AS coalesce(nullif(lower(regexp_extract(sku, 'batch|flex|priority', 0, 'i')), ''), 'standard');

-- name: google_long
CREATE MACRO google_long(sku) AS regexp_matches(sku, '\blong\b|_long_', 'i');

-- name: google_tokens
-- Whether a row counts tokens at all: their unit is "count" or "requests", and each is one token;
-- the amount comes to the published price. What is taken back is left to its amount of money.
CREATE MACRO google_tokens(unit, amount) AS
    regexp_full_match(unit, 'counts?|requests?|tokens?', 'i') AND NOT starts_with(amount, '-');

-- name: google_credits
-- What was credited on a row, from the array in it.
CREATE MACRO google_credits(credits) AS
    list_sum(list_transform(json_extract_string(credits, '$[*].amount'), lambda credit: amount_of(credit)));

-- name: google_kind
-- "Regular" is use; the cost table has a row of its own, with the type of the credit, for what the
-- export to BigQuery keeps beside the charge. Rounding is a charge or a gift of fractions of a cent.
CREATE MACRO google_kind(cost_type, credit_type, amount) AS CASE
    WHEN regexp_matches(credit_type, 'discount|committed|sustained|savings|cud|reseller|margin', 'i') THEN 'discount'
    WHEN credit_type IS NOT NULL THEN 'credit'
    WHEN regexp_matches(cost_type, 'tax', 'i') THEN 'tax'
    WHEN regexp_matches(cost_type, 'adjust|refund|correction', 'i') THEN CASE WHEN amount < 0 THEN 'refund' ELSE 'other' END
    WHEN regexp_matches(cost_type, 'round', 'i') THEN 'other'
    ELSE 'usage' END;

-- name: month_end
-- The last day of a month that is written as 202610.
CREATE MACRO month_end(month) AS CAST(CAST(last_day(try_strptime(month, '%Y%m')) AS DATE) AS VARCHAR);

-- name: pacific_day
-- Google cuts its months by the time of Los Angeles; the export has moments of UTC.
CREATE MACRO pacific_day(moment) AS CAST(TRY_CAST(
    regexp_replace(moment, '^([0-9-]{10}[ T][0-9:.]+)( UTC|Z)?$', '\1+00') AS TIMESTAMPTZ)
    AT TIME ZONE 'America/Los_Angeles' AS DATE);
