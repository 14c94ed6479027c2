"""SQL that nobody should send, and what becomes of it."""

from pathlib import Path

INVALID = "invalid-input"
SLOW = "statement-too-slow"
LARGE = "statement-too-large"

DEEP = 5_000

# (statement, the type of the problem); `{lake}` stands for the folder of the lake, `{file}` for one
# of its files, `{secret}` for a file beside it.
HOSTILE = [
    # Statements that are no SELECT.
    ("COPY candles TO '{file}' (FORMAT parquet)", INVALID),
    ("COPY (SELECT 1) TO '{file}'", INVALID),
    ("COPY candles FROM '{file}'", INVALID),
    ("ATTACH '{lake}/../ledger.db' AS l (TYPE sqlite)", INVALID),
    ("ATTACH '{lake}/../ledger.db'", INVALID),
    ("PRAGMA database_list", INVALID),
    ("PRAGMA disable_verification", INVALID),
    ("SET memory_limit = '100GB'", INVALID),
    ("SET enable_external_access = true", INVALID),
    ("RESET lock_configuration", INVALID),
    ("INSTALL httpfs", INVALID),
    ("LOAD httpfs", INVALID),
    ("CALL duckdb_settings()", INVALID),
    ("CREATE TABLE t AS SELECT 1", INVALID),
    ("CREATE MACRO f() AS TABLE SELECT * FROM read_text('{secret}')", INVALID),
    ("CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')", INVALID),
    ("DROP VIEW candles", INVALID),
    ("DELETE FROM candles", INVALID),
    ("INSERT INTO candles SELECT * FROM candles", INVALID),
    ("UPDATE candles SET close = 0", INVALID),
    ("EXPORT DATABASE '{lake}'", INVALID),
    ("IMPORT DATABASE '{lake}'", INVALID),
    ("PREPARE p AS SELECT 1", INVALID),
    ("EXECUTE p", INVALID),
    ("EXPLAIN ANALYZE SELECT 1", INVALID),
    ("DESCRIBE candles", INVALID),
    ("SUMMARIZE candles", INVALID),
    ("SHOW ALL TABLES", INVALID),
    ("VACUUM", INVALID),
    ("CHECKPOINT", INVALID),
    ("BEGIN", INVALID),
    ("USE memory", INVALID),
    # More than one, none, or none that is whole.
    ("SELECT 1; SELECT 2", INVALID),
    ("SELECT 1; DROP VIEW candles; --", INVALID),
    ("SELECT 1) TO '{file}'; --", INVALID),
    ("", INVALID),
    (";", INVALID),
    ("-- nothing", INVALID),
    ("/* nothing", INVALID),
    ("SELECT", INVALID),
    ("SELECT 'open", INVALID),
    ("SELECT 1\0; DROP VIEW candles", INVALID),
    ("\ufeff\u202eSELECT \u2028\U0001f4a9\u0000", INVALID),
    ("ＳＥＬＥＣＴ 1", INVALID),  # noqa: RUF001 (the wide letters are the point)
    # Files, by function, by name, and from within.
    ("SELECT * FROM read_csv('{secret}')", INVALID),
    ("SELECT * FROM read_text('{secret}')", INVALID),
    ("SELECT * FROM read_blob('/etc/passwd')", INVALID),
    ("SELECT * FROM read_json('{lake}/candles/_delta_log/00000000000000000000.json')", INVALID),
    ("SELECT * FROM read_parquet('{file}')", INVALID),
    ("SELECT * FROM read_parquet('{lake}/**/*.parquet')", INVALID),
    ("SELECT * FROM parquet_metadata('{file}')", INVALID),
    ("SELECT * FROM parquet_schema('{file}')", INVALID),
    ("SELECT * FROM glob('{lake}/*')", INVALID),
    ("SELECT * FROM sniff_csv('{secret}')", INVALID),
    ("SELECT * FROM '{secret}'", INVALID),
    ("SELECT * FROM \"{file}\"", INVALID),
    ("FROM '/etc/passwd'", INVALID),
    ("FROM 'https://example.org/x.parquet'", INVALID),
    ("FROM 's3://bucket/x.parquet'", INVALID),
    ("SELECT (SELECT content FROM read_text('{secret}'))", INVALID),
    ("WITH t AS (FROM read_text('{secret}')) FROM t", INVALID),
    ("SELECT * FROM range(1) WHERE EXISTS (FROM read_text('{secret}'))", INVALID),
    ("SELECT list_transform([1], x -> (SELECT content FROM read_text('{secret}')))", INVALID),
    ("WITH \"{secret}\" AS (SELECT 1) SELECT * FROM read_text('{secret}')", INVALID),
    ("WITH f AS (SELECT 1) SELECT * FROM other.f", INVALID),
    # Text that is run as SQL.
    ("FROM query('SELECT * FROM read_text(''{secret}'')')", INVALID),
    ("FROM query_table('{file}')", INVALID),
    ("FROM query_table(['candles', '{file}'])", INVALID),
    ("FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", INVALID),
    ("SELECT json_serialize_plan('SELECT * FROM read_text(''{secret}'')')", INVALID),
    # What tells of the settings, the process or the catalogue.
    ("SELECT getenv('PATH')", INVALID),
    ("SELECT current_setting('allowed_paths')", INVALID),
    ("SELECT 'secret_directory'.current_setting()", INVALID),
    ("SELECT main.current_setting('temp_directory')", INVALID),
    ("SELECT system.main.current_setting('temp_directory')", INVALID),
    ("SELECT getvariable('x')", INVALID),
    ("FROM duckdb_secrets()", INVALID),
    ("FROM duckdb_settings()", INVALID),
    ("FROM duckdb_views()", INVALID),
    ("FROM duckdb_logs()", INVALID),
    ("FROM which_secret('s3://x', 's3')", INVALID),
    ("FROM pragma_database_size()", INVALID),
    ("FROM information_schema.tables", INVALID),
    ("FROM pg_catalog.pg_settings", INVALID),
    ("FROM sqlite_master", INVALID),
    ("FROM api_keys", INVALID),
    ("FROM custom_providers", INVALID),
    ("FROM webhooks", INVALID),
    ("FROM snapshot_bodies", INVALID),
    ("FROM memory.main.candles", INVALID),
    # What takes all there is of something.
    ("SELECT count(*) FROM range(1000000000000)", SLOW),
    ("SELECT count(*) FROM generate_series(1, 1000000000000) WHERE generate_series % 7 = 0", SLOW),
    ("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b", SLOW),
    ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t", SLOW),
    ("SELECT count(*) FROM range(100000000) WHERE regexp_matches(repeat(range::VARCHAR, 2000), "
     "'(a+)+$')", SLOW),
    ("SELECT sleep_ms(100000)", INVALID),
    ("SELECT pg_sleep(100)", INVALID),
    ("SELECT repeat('x', 2000000000)", LARGE),
    ("SELECT length(repeat(repeat('x', 100000), 100000))", INVALID),
    ("SELECT list(range) FROM range(10000000000)", LARGE),
    ("SELECT range(10000000000)", INVALID),
    ("SELECT range(1000000000)", LARGE),
    ("SELECT string_agg(repeat('x', 1000), '') FROM range(100000000)", LARGE),
    ("SELECT repeat('x', 100000) FROM range(100000)", LARGE),
    (f"SELECT {'(' * DEEP}1{')' * DEEP}", INVALID),
    (f"SELECT {'1+' * DEEP}1", INVALID),
    (f"SELECT {'[' * DEEP}{']' * DEEP}", INVALID),
    ("SELECT * FROM " + "(SELECT * FROM " * 900 + "range(1)" + ")" * 900, INVALID),
    ("SELECT regexp_matches('a', '(((((a{1,1000}){1,1000}){1,1000}){1,1000}){1,1000})')", INVALID),
    ("SELECT regexp_matches('a', '(')", INVALID),
    ("SELECT CAST('x' AS INTEGER)", INVALID),
    ("SELECT error('mine')", INVALID),
    ("SELECT 9223372036854775807 + 1", INVALID),
    ("SELECT nothing FROM candles", INVALID),
    ("SELECT ?", INVALID),
]  # fmt: skip


def written(sql: str, lake: Path, secret: Path) -> str:
    """The statement, with paths that exist."""
    file = next(lake.glob("candles/**/*.parquet"))
    found = sql.replace("{lake}", str(lake)).replace("{file}", str(file))
    return found.replace("{secret}", str(secret))
