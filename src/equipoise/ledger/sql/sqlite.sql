-- name: identify
-- One statement, so that all three are of one moment.
SELECT
  (SELECT application_id FROM pragma_application_id) AS application_id,
  (SELECT user_version FROM pragma_user_version) AS version,
  (SELECT count(*) FROM sqlite_master) AS objects;

-- name: write_ahead
PRAGMA journal_mode = WAL;

-- name: survive_kill
-- What is committed is in the operating system's hands, and outlives the process.
PRAGMA synchronous = NORMAL;

-- name: survive_power_loss
-- What is committed is on the disk.
PRAGMA synchronous = FULL;

-- name: flush_drive
-- Apple's fsync leaves data in the drive's cache unless asked; elsewhere this does nothing.
PRAGMA fullfsync = ON;

-- name: hold_references
PRAGMA foreign_keys = ON;

-- name: begin
-- The lock is taken at once: a transaction that reads first could not wait for it later.
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: insert_request
INSERT INTO requests (
  id, started_ms, workload, data_class, dialect, model, policy_id, streamed, status, outcome,
  total_ms
) VALUES (
  :id, :started_ms, :workload, :data_class, :dialect, :model, :policy_id, :streamed, :status,
  :outcome, :total_ms
);

-- name: insert_attempt
INSERT INTO attempts (
  request, attempt_number, attempt_id, target, operator, attempt_started_ms, first_token_ms,
  attempt_total_ms, input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_pico,
  estimated, price_id, attempt_outcome, error
) VALUES (
  :request, :attempt_number, :attempt_id, :target, :operator, :attempt_started_ms,
  :first_token_ms, :attempt_total_ms, :input_tokens, :output_tokens, :cached_tokens,
  :reasoning_tokens, :cost_pico, :estimated, :price_id, :attempt_outcome, :error
);

-- name: select_record
SELECT * FROM requests LEFT JOIN attempts ON request = seq
WHERE id = :id
ORDER BY attempt_number;

-- name: select_page
SELECT * FROM (SELECT * FROM requests WHERE seq > :after ORDER BY seq LIMIT :size)
LEFT JOIN attempts ON request = seq
ORDER BY seq, attempt_number;

-- name: summary
-- A column that is not asked for is NULL in every row and so divides nothing. Money is summed in
-- two parts of nine digits and more, because one sum of 64 bits ends at $9.2 million.
WITH calls AS (
  SELECT
    seq, attempts.*, outcome = 'failed' AS failed,
    CASE WHEN :workload THEN workload END AS by_workload,
    CASE WHEN :target THEN coalesce(target, '') END AS by_target,
    CASE WHEN :model THEN model END AS by_model,
    CASE WHEN :day THEN date(started_ms / 1000, 'unixepoch') END AS by_day,
    CASE WHEN :dialect THEN dialect END AS by_dialect,
    CASE WHEN :outcome THEN outcome END AS by_outcome
  FROM requests LEFT JOIN attempts ON request = seq
)
SELECT
  by_workload, by_target, by_model, by_day, by_dialect, by_outcome,
  count(DISTINCT seq) AS requests,
  count(DISTINCT CASE WHEN failed THEN seq END) AS failed,
  count(attempt_id) AS attempts,
  count(CASE WHEN attempt_outcome = 'failed' THEN 1 END) AS failed_attempts,
  coalesce(sum(input_tokens), 0) AS input_tokens,
  coalesce(sum(output_tokens), 0) AS output_tokens,
  coalesce(sum(cached_tokens), 0) AS cached_tokens,
  coalesce(sum(cost_pico / 1000000000), 0) AS cost_high,
  coalesce(sum(cost_pico % 1000000000), 0) AS cost_low,
  coalesce(sum(CASE WHEN estimated THEN cost_pico / 1000000000 END), 0) AS estimated_high,
  coalesce(sum(CASE WHEN estimated THEN cost_pico % 1000000000 END), 0) AS estimated_low
FROM calls
GROUP BY by_workload, by_target, by_model, by_day, by_dialect, by_outcome;
