"""Writes Parquet files whose ids no double holds, one per type of column, as other tools write them.

    pip install pyarrow==26.0.1
    python test/reference/parquet-ids.py test/dataset/parquet-ids
"""

import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

IDS = [1610521604143693812, 1610521604143693813, 7]
COLUMNS = {
    "int64": pa.array(IDS, pa.int64()),
    "uint64": pa.array([18446744073709551615, 18446744073709551614, 7], pa.uint64()),
    "decimal-20": pa.array([Decimal(i) for i in IDS], pa.decimal128(20, 0)),
    "decimal-18-3": pa.array([Decimal("123456789012345.678"), Decimal("-0.500"), Decimal(7)], pa.decimal128(18, 3)),
    "decimal-38": pa.array([Decimal("-12345678901234567890123456789012345678"), None, Decimal(7)], pa.decimal128(38, 0)),
}

folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
for name, ids in COLUMNS.items():
    table = pa.table({"id": ids, "prompt": ["q"] * 3, "response": ["a"] * 3})
    for dictionary in (True, False):
        path = folder / f"{name}{'' if dictionary else '-plain'}.parquet"
        pq.write_table(table, path, use_dictionary=dictionary, compression="none", store_schema=False, write_statistics=False)
# Spark and others store short decimals as integers.
pq.write_table(
    pa.table({"id": COLUMNS["decimal-18-3"], "prompt": ["q"] * 3, "response": ["a"] * 3}),
    folder / "decimal-18-3-integer.parquet",
    store_decimal_as_integer=True,
    compression="none",
    store_schema=False,
    write_statistics=False,
)
