-- What names of charges say in FOCUS where no rule of a vendor's own knows them: the usage types of
-- AWS ("USE1-NovaLite-input-tokens"), and anybody's descriptions that speak of tokens. AWS names its
-- usage types at https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur.html
-- and sells Claude through the Marketplace, with the model in the service's name and a unit that is a
-- million tokens ("USE1-MP:USE1_InputTokenCount-Units").

-- name: focus_seller
-- The catalog's id of who charges.
CREATE MACRO focus_seller(name) AS CASE
    WHEN regexp_matches(name, 'aws|amazon', 'i') THEN 'aws'
    WHEN regexp_matches(name, 'microsoft|azure', 'i') THEN 'azure'
    WHEN regexp_matches(name, 'google|gcp', 'i') THEN 'google'
    WHEN regexp_matches(name, 'oracle|oci', 'i') THEN 'oracle'
    ELSE lower(name) END;

-- name: focus_of_tokens
-- Whether a quantity counts tokens, by its unit and by what is said of it.
CREATE MACRO focus_of_tokens(words, unit) AS
    regexp_full_match(unit, '([\d,]+ ?[KM]? ?)?(tokens?|counts?|requests?|units?)|[\d,]+ ?[KM]|million tokens|thousand tokens', 'i')
    AND regexp_matches(words, 'token|gemini[a-z _-]*[2-9].*(input|output|cach)|\b(inpt?|outpt?|opt) (gl|dz|reg|data)', 'i')
    AND NOT regexp_matches(words, 'storage|hours|character|train|tuning|grounding|\bsearch|hosting|img|image[ _-]output|provisioned', 'i');

-- name: focus_meter
-- Which kind of token words are about that are known to be about tokens.
CREATE MACRO focus_meter(words) AS CASE
    WHEN regexp_matches(words, 'cache[ _-]?(write|creation)|\b(wr|write)\b', 'i') THEN
        CASE WHEN regexp_matches(words, '\b(1 ?h|1 ?hour|60m)\b|1h|OneHour', 'i') THEN 'cache_write_hour' ELSE 'cache_write' END
    WHEN regexp_matches(words, 'cach|\b(cchd|cch|cd)\b', 'i') THEN 'cached'
    WHEN regexp_matches(words, 'output|\b(outpt?|opt|[a-z]+outp)\b', 'i') AND NOT regexp_matches(words, 'input[ _-]?token', 'i') THEN
        CASE WHEN regexp_matches(words, 'audio|speech|\baud\b', 'i') THEN 'audio_output' ELSE 'output' END
    WHEN regexp_matches(words, 'audio|speech|\baud\b', 'i') THEN 'audio_input'
    ELSE 'input' END;

-- name: focus_tier
CREATE MACRO focus_tier(words) AS CASE
    WHEN regexp_matches(words, 'batch', 'i') THEN 'batch'
    WHEN regexp_matches(words, 'flex', 'i') THEN 'flex'
    WHEN regexp_matches(words, 'priority|[ _-]pp[ _-]', 'i') THEN 'priority'
    ELSE 'standard' END;

-- name: aws_millions
-- Whether a usage type is one of the Marketplace, whose unit is a million.
CREATE MACRO aws_millions(usage_type) AS coalesce(regexp_matches(usage_type, '-MP:.*-Units$'), FALSE);

-- name: bedrock_model
-- Bedrock's own id where a charge names it, such as eu.anthropic.claude-sonnet-4-5-20250929-v1:0.
CREATE MACRO bedrock_model(words) AS nullif(regexp_extract(words,
    '((?:(?:us|eu|apac|jp|au|global)\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|openai|qwen|ai21|writer|moonshotai|zai|nvidia)\.[a-z0-9][a-z0-9.-]*(?::\d+)?)', 1), '');

-- name: aws_dated
-- Bedrock's ids of Claude end with the day of their release, which no charge names.
CREATE MACRO aws_dated(name) AS name || CASE name
    WHEN 'claude-sonnet-4-5' THEN '-20250929' WHEN 'claude-haiku-4-5' THEN '-20251001'
    WHEN 'claude-opus-4-1' THEN '-20250805' WHEN 'claude-sonnet-4' THEN '-20250514'
    WHEN 'claude-opus-4' THEN '-20250514' WHEN 'claude-3-7-sonnet' THEN '-20250219'
    WHEN 'claude-3-5-haiku' THEN '-20241022' WHEN 'claude-3-haiku' THEN '-20240307'
    ELSE '' END;

-- name: aws_claude
CREATE MACRO aws_claude(name, words) AS
    CASE WHEN regexp_matches(words, 'global', 'i') THEN 'global.' ELSE '' END || 'anthropic.' || aws_dated(name);

-- name: aws_model
-- Nova and Llama as usage types name them: "NovaLite", "Llama3-3-70B".
CREATE MACRO aws_model(usage_type) AS coalesce(
    'amazon.nova-' || nullif(replace(lower(regexp_extract(usage_type, 'Nova(2?\.?0?(?:Micro|Lite|Pro|Premier))', 1)), '2.0', '2-'), ''),
    'meta.llama' || nullif(lower(regexp_extract(usage_type, 'Llama-?(\d+(?:-\d+)?-(?:[A-Za-z]+-)?\d+B)', 1)), '') || '-instruct');

-- name: named_model
-- An id that stands in the words as its maker writes it.
CREATE MACRO named_model(words) AS nullif(regexp_extract(words,
    '\b((?:gpt-|chatgpt-|o[134](?:-|\b)|claude-|gemini-|text-embedding-|mistral-|ministral-|codestral-|magistral-|deepseek-|grok-)[a-z0-9.-]*[a-z0-9])', 1), '');
