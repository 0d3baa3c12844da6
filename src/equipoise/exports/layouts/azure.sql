-- What Azure's names of meters say ("gpt 4o 0806 cached Inp glbl Tokens", "5.5 LongCo opt Gl 1M
-- Tokens"). They abbreviate and follow no documented grammar: these rules know the spellings of the
-- retail price list, https://prices.azure.com/api/retail/prices, and give NULL or the name's own
-- words for the rest. FOCUS as Azure writes it has the same names.

-- name: azure_audio
-- Meters of a model that hears and speaks name text as well where they are of its text.
CREATE MACRO azure_audio(name) AS
    regexp_matches(name, 'audio|\baud\b|[ _-]aud\d|prvwaud', 'i') AND NOT regexp_matches(name, 'txt|text', 'i');

-- name: azure_meter
-- Which kind of token a meter counts. It is asked only for meters of tokens: a name that says
-- nothing of a direction, as embeddings have it, is input.
CREATE MACRO azure_meter(name) AS CASE
    WHEN regexp_matches(name, '\b(outpt?|output|opt|batchoutp|[a-z]+outp)\b', 'i') THEN
        CASE WHEN azure_audio(name) THEN 'audio_output' ELSE 'output' END
    WHEN regexp_matches(name, '\b(wr|write)\b', 'i') THEN 'cache_write'
    WHEN regexp_matches(name, '\b(cached|cchd|cch|cd|cache)\b', 'i') THEN 'cached'
    WHEN azure_audio(name) THEN 'audio_input'
    ELSE 'input' END;

-- name: azure_of_tokens
-- Whether a meter of a model service is counted in tokens; its unit has to say the same.
CREATE MACRO azure_of_tokens(category, name) AS
    regexp_matches(category, 'openai|foundry|cognitive|azure ai|machine learning', 'i')
    AND regexp_matches(name, 'tokens?$|\b(inpt?|input|outpt?|output|opt)\b', 'i')
    AND NOT regexp_matches(name, 'grdr|train|hosting|session|whisper|tts|img|image|character|page|transaction', 'i');

-- name: azure_head
-- What stands before the first word of a direction, a cache or a region.
CREATE MACRO azure_head(name) AS regexp_extract(
    regexp_replace(spaced(name), '(batch)(inp|outp)', '\1 \2', 'g') || ' ',
    '^(.*?) (?:shortco|longco|batch|pp|cached|cchd|cache|cch|cd|wr|write|inpt?|input|in|outpt?|output|opt|out|glbl|gl|global|regnl?|rgnl|regional|dzn?|dzone|datazone|data|tokens?) ', 1);

-- name: azure_released
-- "0806" is the day of a release without its year, which is known for those on the price list.
CREATE MACRO azure_released(head) AS CASE
    WHEN regexp_matches(head, '(0513|0718|0806|0912|1001|1120|1217)$') THEN regexp_replace(regexp_extract(head, '\d{4}$'), '^(..)', '-2024-\1-')
    WHEN regexp_matches(head, '(0131|0227|0414|0416|0807)$') THEN regexp_replace(regexp_extract(head, '\d{4}$'), '^(..)', '-2025-\1-')
    ELSE '' END;

-- name: azure_tuned
-- A model that was tuned is another model: its name begins with ft, as OpenAI writes it.
CREATE MACRO azure_tuned(head) AS CASE WHEN regexp_matches(head, ' (ft|ftuned|finetuned)\b') THEN 'ft:' ELSE '' END
    || CASE WHEN regexp_matches(head, '^\d') THEN 'gpt-' ELSE '' END
    || replace(regexp_replace(regexp_replace(regexp_replace(head, ' (ft|ftuned|finetuned)\b', ''), '^gpt ?(\d)', 'gpt \1'), ' ?(0[1-9]|1[0-2])([0-3]\d)$', ''), ' ', '-')
    || azure_released(head);

-- name: azure_model
-- The model by the head of its meter. `family` is where makers other than OpenAI are named: their
-- meters say "V4 Pro" alone.
CREATE MACRO azure_model(head, family) AS CASE
    WHEN head = '' OR regexp_matches(head, '\b(grdr|train|training|hosting|whisper|tts|img|image|transcribe|trscb)\b') THEN NULL
    WHEN regexp_matches(head, '^embedding ada') THEN 'text-embedding-ada-002'
    WHEN regexp_matches(head, '^gpt 35 turbo ?16k') THEN 'gpt-3.5-turbo-16k'
    WHEN regexp_matches(head, '^gpt 35 turbo') THEN 'gpt-3.5-turbo'
    WHEN regexp_matches(head, '^gpt 4 turbo') THEN 'gpt-4-turbo'
    WHEN regexp_matches(head, '^gpt 4 8k') THEN 'gpt-4'
    WHEN regexp_matches(head, '^gpt 4\.5') THEN 'gpt-4.5-preview'
    WHEN regexp_matches(head, '^gpt ?4o ?mini (rt|realtime)') THEN 'gpt-4o-mini-realtime-preview'
    WHEN regexp_matches(head, '^gpt ?4o (rt|realtime)') THEN 'gpt-4o-realtime-preview'
    WHEN regexp_matches(head, '^gpt ?4o ?mini aud') THEN 'gpt-4o-mini-audio-preview'
    WHEN regexp_matches(head, '^gpt ?4o aud') THEN 'gpt-4o-audio-preview'
    WHEN regexp_matches(family, 'deepseek', 'i') THEN 'deepseek-' || replace(regexp_replace(head, '^deepseek ', ''), ' ', '-')
    WHEN regexp_matches(family, 'kimi|moonshot', 'i') THEN 'kimi-' || replace(regexp_replace(head, '^kimi ', ''), ' ', '-')
    ELSE azure_tuned(head) END;

-- name: azure_tier
CREATE MACRO azure_tier(name) AS CASE
    WHEN regexp_matches(name, 'batch', 'i') THEN 'batch'
    WHEN regexp_matches(name, '[ _-](pp|priority)[ _-]', 'i') THEN 'priority'
    ELSE 'standard' END;

-- name: azure_block
-- How many tokens one of a quantity is. Whether it counts tokens or blocks of them ("1K", "1M") is
-- not settled by the documents: the quantity is what was consumed, the unit the block that is
-- priced. The row's price tells: a quantity times the price of a block that comes to much more than
-- the cost is of tokens. Without price or cost, what is whole is taken for tokens.
CREATE MACRO azure_block(quantity, price, cost, unit) AS CASE
    WHEN abs(CAST(quantity AS DOUBLE) * CAST(price AS DOUBLE)) > 30 * abs(CAST(cost AS DOUBLE)) AND cost <> 0 THEN 1
    WHEN cost * sign(price) = 0 AND quantity = floor(quantity) THEN 1
    ELSE block_of(unit) END;
