"""Writes Parquet files by several writers, and beside each what pyarrow reads from it, for compare.mjs.

    pip install pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 pandas fastparquet==2026.9.0
    python write.py FOLDER && npm run build && node compare.mjs FOLDER

The files of test/dataset/parquet/files are some of those that `python write.py FOLDER 40` writes.
"""

import datetime
import decimal
import itertools
import json
import math
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
random.seed(12)


def maybe(make, share=0.15):
    return [None if random.random() < share else make(i) for i in range(ROWS)]


def text(i):
    return random.choice(["", "\ufeffstart", "é😀", "same", f"row {i} " * random.randint(0, 30), "中文" * (i % 7)])


def message(i):
    return {"role": random.choice(["user", "assistant", None]), "content": text(i)}


def columns():
    D = decimal.Decimal
    day = datetime.date(1970, 1, 1)
    epoch = datetime.datetime(1970, 1, 1)
    moment = lambda i: epoch + datetime.timedelta(seconds=i * 12345 - 10_000, microseconds=i * 7919 % 1_000_000)
    yield "text", pa.array(maybe(text), pa.string())
    yield "required", pa.array([text(i) for i in range(ROWS)], pa.string()), False
    yield "large", pa.array(maybe(text), pa.large_string())
    yield "few", pa.array(maybe(lambda i: f"kind {i % 5}"), pa.string())
    yield "category", pa.array(maybe(lambda i: f"kind {i % 5}"), pa.string()).dictionary_encode()
    yield "flag", pa.array(maybe(lambda i: i % 3 == 0), pa.bool_())
    for bits in (8, 16, 32, 64):
        yield f"i{bits}", pa.array(maybe(lambda i: random.randint(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)), pa.type_for_alias(f"int{bits}"))
        yield f"u{bits}", pa.array(maybe(lambda i: random.randint(0, 2**bits - 1)), pa.type_for_alias(f"uint{bits}"))
    yield "count", pa.array(range(ROWS), pa.int64()), False
    yield "f32", pa.array(maybe(lambda i: random.random() if i % 9 else math.nan), pa.float32())
    yield "f64", pa.array(maybe(lambda i: random.gauss(0, 1e9) if i % 9 else -math.inf), pa.float64())
    yield "price", pa.array(maybe(lambda i: D(i * 7 - 3000) / 100), pa.decimal128(9, 2))
    yield "huge", pa.array(maybe(lambda i: D(10**37 + i) * (-1) ** i), pa.decimal128(38, 0))
    yield "date", pa.array(maybe(lambda i: day + datetime.timedelta(days=i * 37 - 9000)), pa.date32())
    for unit in ("s", "ms", "us", "ns"):
        yield f"time_{unit}", pa.array(maybe(moment), pa.timestamp("us")).cast(pa.timestamp(unit), safe=False)
    yield "time_utc", pa.array(maybe(moment), pa.timestamp("us", tz="UTC"))
    yield "bytes", pa.array(maybe(lambda i: text(i).encode()), pa.binary())
    yield "texts", pa.array(maybe(lambda i: [None if random.random() < 0.1 else text(i) for _ in range(i % 4)]), pa.list_(pa.string()))
    yield "messages", pa.array(maybe(lambda i: [message(i) for _ in range(i % 5)]), pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])))
    yield "meta", pa.array(maybe(lambda i: {"source": text(i), "score": {"value": i / 8, "votes": [i, None]}}), pa.struct([("source", pa.string()), ("score", pa.struct([("value", pa.float64()), ("votes", pa.list_(pa.int64()))]))]))
    yield "tags", pa.array(maybe(lambda i: [(f"k{n}", text(i)) for n in range(i % 3)]), pa.map_(pa.string(), pa.string()))
    yield "matrix", pa.array(maybe(lambda i: [[i, n] for n in range(i % 3)]), pa.list_(pa.list_(pa.int32())))
    yield "nothing", pa.array([None] * ROWS, pa.string())
    yield "null", pa.array([None] * ROWS, pa.null())


def plain(value):
    """As the reader gives it: JSON, with texts for what JSON has no exact value for."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, decimal.Decimal):
        is_held = abs(value) < 2**53 if value == value.to_integral_value() and value.as_tuple().exponent == 0 else decimal.Decimal(repr(float(value))) == value
        return float(value) if is_held else f"{value:f}"
    if isinstance(value, datetime.datetime):
        return {"time": value.replace(tzinfo=datetime.timezone.utc).timestamp()}
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    raise TypeError(type(value))


def is_map(kind):
    return pa.types.is_map(kind)


def expected(table):
    result = {}
    for field in table.schema:
        column = table.column(field.name)
        kind = column.type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
        values = column.to_pylist()
        if is_map(kind):
            values = [None if value is None else dict(value) for value in values]
        result[field.name] = [plain(value) for value in values]
    return result


def save(path, write, source=None):
    """source: what was written, where pyarrow 26.0.1 itself cannot read the file."""
    write(str(path))
    table = pq.read_table(path) if source is None else source
    path.with_suffix(".json").write_text(json.dumps(expected(table)))


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = [(name, array, *rest) for name, array, *rest in columns()]
    schema = pa.schema([pa.field(name, array.type, nullable=not rest) for name, array, *rest in made])
    table = pa.table([array for _, array, *_ in made], schema=schema)
    codecs = ["NONE", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4"]
    for codec, page, dictionary in itertools.product(codecs, ["1.0", "2.0"], [True, False]):
        save(
            folder / f"pyarrow-{codec}-{page}-{dictionary}.parquet",
            lambda path: pq.write_table(
                table, path, compression=codec, data_page_version=page, use_dictionary=dictionary,
                data_page_size=3000, row_group_size=ROWS * 3 // 5, write_page_checksum=page == "1.0", write_page_index=dictionary,
            ),
        )
    numbers = table.select(["i32", "i64", "count", "u32"])
    texts = table.select(["text", "required", "few", "bytes"])
    floats = table.select(["f32", "f64"])
    for page in ("1.0", "2.0"):
        for name, part, encoding in (
            ("delta", numbers, "DELTA_BINARY_PACKED"), ("lengths", texts, "DELTA_LENGTH_BYTE_ARRAY"),
            ("beginnings", texts, "DELTA_BYTE_ARRAY"), ("split", floats, "BYTE_STREAM_SPLIT"), ("split-int", numbers, "BYTE_STREAM_SPLIT"),
        ):
            save(
                folder / f"pyarrow-{name}-{page}.parquet",
                lambda path: pq.write_table(
                    part, path, use_dictionary=False, data_page_version=page, data_page_size=2000, compression="ZSTD",
                    column_encoding={column: encoding for column in part.column_names},
                ),
            )
    save(folder / "pyarrow-rle.parquet", lambda path: pq.write_table(table.select(["flag"]), path, data_page_version="2.0", use_dictionary=False, column_encoding={"flag": "RLE"}))
    save(folder / "pyarrow-int96.parquet", lambda path: pq.write_table(table.select(["time_us"]), path, use_deprecated_int96_timestamps=True))
    save(folder / "pyarrow-decimal-int.parquet", lambda path: pq.write_table(table.select(["price"]), path, store_decimal_as_integer=True))
    save(folder / "pyarrow-no-rows.parquet", lambda path: pq.write_table(table.slice(0, 0), path))

    import polars
    import duckdb

    frame = polars.from_arrow(table.drop_columns(["tags", "null"]))
    for codec in ("uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4"):
        save(folder / f"polars-{codec}.parquet", lambda path: frame.write_parquet(path, compression=codec, row_group_size=300, data_page_size=2000))
    connection = duckdb.connect()
    some = table.drop_columns(["null", "few", "category"])
    connection.register("data", some)
    for codec in ("uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4_raw"):
        for version in ("V1", "V2"):
            save(folder / f"duckdb-{codec}-{version}.parquet", lambda path: connection.execute(f"COPY data TO '{path}' (FORMAT parquet, COMPRESSION {codec}, PARQUET_VERSION {version})"), some if version == "V2" else None)
    import fastparquet

    some = table.select(["text", "required", "i64", "count", "f64", "flag", "category"]).to_pandas()
    for codec in ("UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW", "BROTLI"):
        save(folder / f"fastparquet-{codec}.parquet", lambda path: fastparquet.write(path, some, compression=codec, row_group_offsets=ROWS * 2 // 5))


main(sys.argv[1])
