-- name: create_requests
-- One row a request, in order of arrival. Moments are milliseconds since 1970 UTC, spans are
-- milliseconds, money is a whole number of 10^-12 US dollars.
CREATE TABLE requests (
  seq        INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  started_ms INTEGER NOT NULL,
  workload   TEXT    NOT NULL,
  data_class TEXT    NOT NULL,
  dialect    TEXT    NOT NULL,
  model      TEXT    NOT NULL,
  policy_id  TEXT    NOT NULL,
  streamed   INTEGER NOT NULL CHECK (streamed IN (0, 1)),
  status     INTEGER NOT NULL,
  outcome    TEXT    NOT NULL,
  total_ms   REAL    NOT NULL
);

-- name: create_attempts
-- One row a call of a target. Tokens are NULL where the endpoint never said.
CREATE TABLE attempts (
  request            INTEGER NOT NULL REFERENCES requests (seq),
  attempt_number     INTEGER NOT NULL,
  attempt_id         TEXT    NOT NULL UNIQUE,
  target             TEXT    NOT NULL,
  operator           TEXT    NOT NULL,
  attempt_started_ms INTEGER NOT NULL,
  first_token_ms     REAL,
  attempt_total_ms   REAL    NOT NULL,
  input_tokens       INTEGER,
  output_tokens      INTEGER,
  cached_tokens      INTEGER,
  reasoning_tokens   INTEGER,
  cost_pico          INTEGER NOT NULL CHECK (typeof(cost_pico) = 'integer'),
  estimated          INTEGER NOT NULL CHECK (estimated IN (0, 1)),
  price_id           TEXT    NOT NULL,
  attempt_outcome    TEXT    NOT NULL,
  error              TEXT    NOT NULL,
  PRIMARY KEY (request, attempt_number)
) WITHOUT ROWID;

-- name: requests_are_never_changed
CREATE TRIGGER requests_are_never_changed BEFORE UPDATE ON requests
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- name: requests_are_never_removed
CREATE TRIGGER requests_are_never_removed BEFORE DELETE ON requests
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- name: requests_are_never_replaced
-- REPLACE removes the older row without asking the trigger above.
CREATE TRIGGER requests_are_never_replaced BEFORE INSERT ON requests
WHEN EXISTS (SELECT 1 FROM requests WHERE id = NEW.id OR seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- name: attempts_are_never_changed
CREATE TRIGGER attempts_are_never_changed BEFORE UPDATE ON attempts
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- name: attempts_are_never_removed
CREATE TRIGGER attempts_are_never_removed BEFORE DELETE ON attempts
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- name: attempts_are_never_replaced
CREATE TRIGGER attempts_are_never_replaced BEFORE INSERT ON attempts
WHEN EXISTS (
  SELECT 1 FROM attempts
  WHERE attempt_id = NEW.attempt_id
     OR (request = NEW.request AND attempt_number = NEW.attempt_number)
)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- name: mark_as_ours
-- The letters EQPI, so that another program's database is never taken for a ledger.
PRAGMA application_id = 1162956873;

-- name: set_version
PRAGMA user_version = 1;
