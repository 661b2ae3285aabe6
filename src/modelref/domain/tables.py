"""Which files are tables, and which of their columns hold ids."""

from collections.abc import Mapping

_SUFFIXES = (".parquet", ".pq", ".csv", ".tsv")
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
_IDS = {
    "user": ("user", "user_id", "userid", "customer", "customer_id", "household", "household_id",
             "visitor", "visitor_id", "member_id", "account_id", "uid"),
    "item": ("item", "item_id", "itemid", "product", "product_id", "sku", "article", "article_id",
             "movie_id", "iid"),
}  # fmt: skip


def is_table(path: str) -> bool:
    """Whether a file is a table that can be looked into, by its suffix."""
    return path.lower().endswith(_SUFFIXES)


def is_packed_table(path: str) -> bool:
    """Whether a file is a table that cannot be looked into, since it is compressed as a whole."""
    table, dot, packed = path.lower().rpartition(".")
    return f"{dot}{packed}" in _PACKED and is_table(table)


def columns_of_ids(declared: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Names that a column with ids may have, by what it identifies, the likeliest first.

    Args:
        declared: what the repository says, which comes first.
    """
    return {
        what: tuple(name.casefold() for name in (*declared.get(what, ()), *usual))
        for what, usual in _IDS.items()
    }
