-- name: write
-- From the rows as JSON lines, whose columns are named here so that none is guessed from the data.
COPY (
  SELECT * FROM read_json($rows, format = 'newline_delimited', columns = {
    id: 'VARCHAR',
    started_ms: 'BIGINT',
    workload: 'VARCHAR',
    data_class: 'VARCHAR',
    dialect: 'VARCHAR',
    model: 'VARCHAR',
    policy_id: 'VARCHAR',
    streamed: 'BOOLEAN',
    status: 'BIGINT',
    outcome: 'VARCHAR',
    total_ms: 'DOUBLE',
    attempt_number: 'BIGINT',
    attempt_id: 'VARCHAR',
    target: 'VARCHAR',
    operator: 'VARCHAR',
    attempt_started_ms: 'BIGINT',
    first_token_ms: 'DOUBLE',
    attempt_total_ms: 'DOUBLE',
    input_tokens: 'BIGINT',
    output_tokens: 'BIGINT',
    cached_tokens: 'BIGINT',
    reasoning_tokens: 'BIGINT',
    cost_pico: 'BIGINT',
    estimated: 'BOOLEAN',
    price_id: 'VARCHAR',
    attempt_outcome: 'VARCHAR',
    error: 'VARCHAR'
  })
) TO $path (FORMAT parquet);
