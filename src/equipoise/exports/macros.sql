-- How a day, a count and an amount are written. Each gives NULL for what it cannot read, and the
-- reading names the row: nothing is taken for zero but an empty cell.

-- name: day_of_epoch
-- Seconds or milliseconds since 1970 UTC; ten digits of seconds reach to 2286.
CREATE MACRO day_of_epoch(x) AS CASE
    WHEN regexp_full_match(x, '\d{13}(\.\d+)?') THEN make_timestamp(CAST(CAST(x AS DOUBLE) * 1000 AS BIGINT))::DATE
    WHEN regexp_full_match(x, '\d{9,10}(\.\d+)?') THEN make_timestamp(CAST(CAST(x AS DOUBLE) * 1000000 AS BIGINT))::DATE
END;

-- name: day_of
-- A moment with an offset is converted to UTC; one without is left as it stands. What follows a day
-- has to be a time: "2026-10-01 (BC)" is no date.
CREATE MACRO day_of(x) AS CASE
    WHEN regexp_full_match(x, '\d{4}-\d{2}-\d{2}') THEN TRY_CAST(x AS DATE)
    WHEN regexp_full_match(x, '\d{8}') THEN TRY_CAST(try_strptime(x, '%Y%m%d') AS DATE)
    WHEN regexp_full_match(x, '\d{1,2}/\d{1,2}/\d{4}([ ,T]+\d{1,2}:\d{2}.*)?') THEN TRY_CAST(try_strptime(regexp_extract(x, '^[0-9/]+'), '%m/%d/%Y') AS DATE)
    WHEN regexp_full_match(x, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?') THEN CAST(TRY_CAST(x AS TIMESTAMP) AS DATE)
    WHEN regexp_full_match(x, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?Z| UTC| ?[+-](0\d|1[0-5])(:?[0-5]\d)?( UTC)?)')
        THEN CAST(TRY_CAST(regexp_replace(regexp_replace(regexp_replace(regexp_replace(x,
            '(\d{2}) UTC$', '\1Z'), ' ?Z$', CASE WHEN regexp_matches(x, '[+-]\d{2}(:?\d{2})? UTC$') THEN '' ELSE '+00:00' END),
            ' ?([+-]\d{2})$', '\1:00'), ' ?([+-]\d{2}):?(\d{2})$', '\1:\2') AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS DATE)
END;

-- name: count_of
-- A whole number; some tools write counts as 12.0, some with separators. "900.000" may be either.
CREATE MACRO count_of(x) AS CASE
    WHEN x IS NULL THEN 0::HUGEINT
    WHEN regexp_full_match(x, '-?\d+(\.0{0,2})?') THEN TRY_CAST(regexp_replace(x, '\.0*$', '') AS HUGEINT)
    WHEN regexp_full_match(x, '-?\d{1,3}(,\d{3})+') THEN TRY_CAST(replace(x, ',', '') AS HUGEINT)
    WHEN regexp_full_match(x, '-?\d(\.\d+)?[eE]\+?\d+') AND CAST(x AS DOUBLE) = floor(CAST(x AS DOUBLE))
        THEN TRY_CAST(TRY_CAST(x AS DOUBLE) AS HUGEINT)
END;

-- name: amount_of
-- An amount of money to 12 places, with its point as in English; "1.234,50" is not read.
CREATE MACRO amount_of(x) AS CASE
    WHEN x IS NULL THEN 0::DECIMAL(38, 12)
    WHEN regexp_full_match(x, '-?\$?-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?') THEN TRY_CAST(replace(x, '$', '') AS DECIMAL(38, 12))
    WHEN regexp_full_match(x, '-?\$?-?\d{1,3}(,\d{3})+(\.\d*)?') THEN TRY_CAST(replace(replace(x, ',', ''), '$', '') AS DECIMAL(38, 12))
END;

-- name: block_of
-- How many single things one of a unit is: "1K", "1M tokens", "100", "Million Tokens"; else 1.
CREATE MACRO block_of(unit) AS coalesce(TRY_CAST(replace(regexp_extract(unit, '^[\d,]+'), ',', '') AS HUGEINT), 1) * CASE
    WHEN regexp_matches(unit, '^([\d,]+ ?M\b|million)', 'i') THEN 1000000
    WHEN regexp_matches(unit, '^([\d,]+ ?K\b|thousand)', 'i') THEN 1000
    ELSE 1 END;

-- name: spaced
-- A name in lower case, with single spaces for whatever parts its words.
CREATE MACRO spaced(name) AS regexp_replace(lower(name), '[_\s-]+', ' ', 'g');

-- name: claude_model
-- Clouds sell Claude under a name for people: "Claude Sonnet 4.5 Input Tokens" is claude-sonnet-4-5.
CREATE MACRO claude_model(name) AS replace(replace(nullif(regexp_extract(
    regexp_replace(spaced(name), 'claude(\d+(?:\.\d+)?)?(opus|sonnet|haiku)(\d)?', 'claude \1 \2 \3', 'g'),
    '\b(claude (?:[a-z]+ \d+(?:[. ]\d+\b)?|\d+(?:[. ]\d+)? [a-z]+))', 1), ''), ' ', '-'), '.', '-');

-- name: provider_named
-- The catalog's id of a provider that logs call by many names: "azure_ai", "vertex_ai", "bedrock".
CREATE MACRO provider_named(name) AS CASE
    WHEN regexp_matches(name, 'azure', 'i') THEN 'azure'
    WHEN regexp_matches(name, 'bedrock|amazon|aws|sagemaker', 'i') THEN 'aws'
    WHEN regexp_matches(name, 'vertex|gemini|google|gcp', 'i') THEN 'google'
    WHEN regexp_matches(name, '^x[-_.]?ai$|grok', 'i') THEN 'x-ai'
    WHEN regexp_matches(name, '^mistral', 'i') THEN 'mistral'
    WHEN regexp_matches(name, '^together', 'i') THEN 'together'
    WHEN regexp_matches(name, '^fireworks', 'i') THEN 'fireworks'
    ELSE lower(name) END;

-- name: provider_of
-- Whose name a model bears, for rows that name no provider. Bedrock's ids begin with the maker
-- ("eu.anthropic.claude-…"). Open models are served by many: theirs stay without a provider.
CREATE MACRO provider_of(model) AS CASE
    WHEN regexp_matches(model, '^([a-z-]+\.)?(anthropic|amazon|meta|mistral|cohere|ai21|writer|deepseek|qwen|moonshotai)\.', 'i') THEN 'aws'
    WHEN regexp_matches(model, '(^|/)claude', 'i') THEN 'anthropic'
    WHEN regexp_matches(model, 'gpt-oss', 'i') THEN NULL
    WHEN regexp_matches(model, '(^|/)(gpt|chatgpt|o1|o3|o4|text-embedding-(3|ada)|ft:gpt|codex|davinci|whisper|tts-)', 'i') THEN 'openai'
    WHEN regexp_matches(model, '(^|/)gemini', 'i') THEN 'google'
    WHEN regexp_matches(model, '(^|/)(mistral|ministral|codestral|magistral|devstral|pixtral|voxtral)', 'i') THEN 'mistral'
    WHEN regexp_matches(model, '(^|/)deepseek', 'i') THEN 'deepseek'
    WHEN regexp_matches(model, '(^|/)grok', 'i') THEN 'x-ai'
END;
